/** Counts what is under way on this side of the sockets, so that time stands still until it is over. */

import type { Activity } from '../../../local/kernel/activity.js';

/** The same object; the promises that its methods give, and each step of an iteration, count until they settle. */
export function tracked<Thing extends object>(activity: Activity, thing: Thing): Thing {
  return new Proxy(thing, {
    get(target, key, self) {
      const member: unknown = Reflect.get(target, key, self);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => counted(activity, member.apply(target, given));
    },
  });
}

function counted(activity: Activity, answer: unknown): unknown {
  if (answer instanceof Promise) return activity.track(answer);
  return isIterable(answer) ? steps(activity, answer) : answer;
}

const isIterable = (answer: unknown): answer is AsyncIterable<unknown> =>
  typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;

async function* steps<Item>(activity: Activity, items: AsyncIterable<Item>): AsyncGenerator<Item> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await activity.track(Promise.resolve(iterator.next()));
      if (done) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

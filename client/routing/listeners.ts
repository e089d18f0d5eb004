/** Functions of the service that are told of something. What they throw is logged and hinders nobody. */

import type { SafeLog } from '../safe-log.js';

export interface Listeners<Event> {
  readonly size: number;
  /**
   * @param known what the listener is told first, in a microtask: taken one by one, so that each is still so when it is told.
   * @returns a function that ends it.
   */
  add(listener: (event: Event) => unknown, known?: Iterable<Event>): () => void;
  /** Calls all, each at once. Resolves when all that they began has ended. Never rejects. */
  tell(event: Event): Promise<void>;
}

export function createListeners<Event>(what: string, log: SafeLog): Listeners<Event> {
  const listeners = new Map<symbol, (event: Event) => unknown>();
  const call = async (listener: (event: Event) => unknown, event: Event) => {
    try {
      await listener(event);
    } catch (error) {
      log('error', `${what} failed`, { error });
    }
  };
  return {
    get size() {
      return listeners.size;
    },
    add: (listener, known = []) => {
      const key = Symbol(what);
      listeners.set(key, listener);
      queueMicrotask(() => {
        for (const event of known) if (listeners.has(key)) void call(listener, event);
      });
      return () => void listeners.delete(key);
    },
    tell: async (event) => {
      await Promise.all([...listeners.values()].map((listener) => call(listener, event)));
    },
  };
}

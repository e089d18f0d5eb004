/** Who changes something says so when it opens the stage: it is refused where nobody knows whose account that is. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verbs } from '../../cli/verbs.js';
import type { Purpose } from '../../control/home.js';
import { createWorld, type World } from '../control/world.js';
import { personAt } from './person.js';

const profile = 'quest/staging/rules';
const reason = { message: 'because' };
/** What is typed, and what for the stage is opened. */
const typed: readonly (readonly [
  verb: string,
  words: readonly string[],
  options: Record<string, unknown>,
  Purpose,
])[] = [
  ['publish', [profile], reason, 'change'],
  ['rollback', [profile], reason, 'change'],
  ['queue release', [profile], reason, 'change'],
  ['queue drop', [profile], reason, 'change'],
  ['drain', ['quest/staging', 'a'], reason, 'change'],
  ['undrain', ['quest/staging', 'a'], reason, 'change'],
  ['retire', ['quest/rules'], reason, 'change'],
  ['retire', ['quest/rules'], { versions: true }, 'change'],
  ['drain', ['quest/staging'], {}, 'look'],
  ['check', [], { deployed: true }, 'look'],
  ['plan', ['quest/staging'], {}, 'look'],
  ['queue', ['quest/staging'], {}, 'look'],
  ['status', ['quest/staging'], {}, 'look'],
  ['nodes', ['quest/staging'], {}, 'look'],
  ['load', ['quest/staging'], {}, 'look'],
  ['history', ['quest/staging'], {}, 'look'],
  ['trace', ['quest/staging', '1'], {}, 'look'],
  ['events', ['quest/staging'], {}, 'look'],
  ['get', [profile], {}, 'look'],
  ['diff', [`${profile}@1`, profile], {}, 'look'],
  ['doctor', ['quest/staging'], {}, 'look'],
  ['cost', ['quest/staging'], {}, 'look'],
  ['agent-check', ['quest/staging'], {}, 'look'],
];
const here = ['init', 'dev', 'demo', 'local', 'local up', 'local deploy', 'local down', 'drill'];

const all = verbs.flatMap((verb) => [
  verb,
  ...(verb.verbs ?? []).map((inner) => ({ ...inner, name: `${verb.name} ${inner.name}` })),
]);

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.project.remove());

describe('the stage', () => {
  it.each(typed)('is opened by %s %j %j to %s', async (name, words, options, purpose) => {
    const runnable = await all.find((verb) => verb.name === name)?.load?.();
    if (!runnable) throw new Error(`there is no verb ${name}`);
    const asked: Purpose[] = [];
    const { context } = personAt(world);
    const cloud = (what: Purpose = 'look') => {
      asked.push(what);
      return Promise.reject(new Error('opened'));
    };
    await expect(runnable({ ...context, cloud }, { positional: words, options })).rejects.toThrow('opened');
    expect(asked).toEqual([purpose]);
  });

  it('is opened by no other verb', () => {
    const known = new Set([...typed.map(([name]) => name), ...here]);
    expect(
      all.map(({ name }) => name).filter((name) => !known.has(name) && !name.startsWith('drill ')),
    ).toEqual([]);
  });
});

/** What cannot be read is told beside what can, and since when to whoever looks again and again. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inOneLine } from '../../../cli/terminal/one-line.js';
import { createPaint } from '../../../cli/terminal/paint.js';
import { describeStatus } from '../../../cli/terminal/status-page.js';
import { attentionOf } from '../../../control/see/status/attention.js';
import { status, watchedStatus } from '../../../control/see/status/status.js';
import { ServiceUnavailable } from '../../../core/errors.js';
import { record, startMs } from '../in-memory-cloud.js';
import { createWorld, rules, type World, yamlWith } from '../world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

const staging = { application: 'quest', environment: 'staging' } as const;
const minuteMs = 60_000;
const down = async (): Promise<never> => {
  throw new ServiceUnavailable('it is on fire', { hint: 'Wait.' });
};

/** From now on no question about the environment is answered. */
function breakAppConfig(): void {
  const store = { ...world.cloud.appConfig.environment('staging') };
  Object.assign(store, {
    deployments: () => ({ [Symbol.asyncIterator]: () => ({ next: down }) }),
    deployment: down,
  });
  const hasProfile = (name: string) => name === 'rules';
  Object.assign(world.cloud, { environment: async () => ({ store, profiles: ['rules'], hasProfile }) });
}

const page = async () =>
  describeStatus(await status(world.cloud, staging), { columns: 80, paint: createPaint(false) }).join('\n');

describe('while AppConfig cannot be read', () => {
  beforeEach(async () => {
    await world.publishAndFinish(yamlWith(5000));
    const label = world.cloud.appConfig.versions.get('rules')?.[0]?.label ?? '';
    const arrivedAtMs = world.cloud.clock();
    for (const node of ['a', 'b']) world.cloud.nodes.push(record({ node, label, arrivedAtMs }));
    world.cloud.nodes.push(record({ node: 'c', arrivedAtMs }));
  });

  it('what nodes hold is told all the same', async () => {
    breakAppConfig();
    const { profiles, blind } = await status(world.cloud, staging);
    expect(profiles).toMatchObject([
      {
        address: 'quest/staging/rules',
        state: 'unreadable',
        nodes: { held: [{ count: 2 }, { count: 1 }], refused: [], silent: [] },
      },
    ]);
    expect(profiles[0]).not.toHaveProperty('deployed');
    expect(blind).toEqual(['what is deployed and on its way, in AppConfig, cannot be read: it is on fire']);
    expect(attentionOf(profiles[0] as never)).toBe(3);
    const shown = await page();
    expect(shown).toMatch(/^quest\/staging\/rules +\? AppConfig cannot be read$/m);
    expect(shown).toMatch(/^ {2}1 +□□ +2$/m);
    expect(shown).toContain('! what is deployed and on its way, in AppConfig, cannot be read: it is on fire');
    expect(shown).not.toContain('nothing published');
  });

  it('nobody is said to hold, or not to hold, what nobody knows', async () => {
    breakAppConfig();
    const [rulesOnly] = (await status(world.cloud, staging)).profiles;
    expect(inOneLine(rulesOnly as never)).toBe('quest/staging/rules  unreadable');
  });

  it('an environment that is named in full needs no list of names', async () => {
    Object.assign(world.cloud, { environment: down, environments: down, applications: down });
    const all = await status(world.cloud, staging);
    expect(all.profiles.map(({ address, state }) => [address, state])).toEqual([
      ['quest/staging/rules', 'unreadable'],
    ]);
    expect(all.blind).toEqual(['which profiles there are, in AppConfig, cannot be read: it is on fire']);
    const one = await status(world.cloud, { ...staging, profile: 'other' });
    expect(one.profiles.map(({ address }) => address)).toEqual(['quest/staging/other']);
    await expect(status(world.cloud, {})).rejects.toThrow('it is on fire');
    await expect(status(world.cloud, { application: 'quest' })).rejects.toThrow('it is on fire');
  });

  it('with no node either, the page says what is blind, not that nothing is deployed', async () => {
    Object.assign(world.cloud, { environment: down, records: { list: down } });
    const shown = await page();
    expect(shown).not.toContain('Nothing is deployed here');
    expect(shown).toContain('! the records of nodes cannot be read: it is on fire');
  });

  it('a deployment that cannot be read in full leaves the others standing', async () => {
    const appConfig = world.cloud.appConfig.environment('staging');
    const open = await world.cloud.environment(staging);
    const store = { ...appConfig, deployments: () => appConfig.deployments(), deployment: down };
    Object.assign(world.cloud, { environment: async () => ({ ...open, store }) });
    const { profiles } = await status(world.cloud, staging);
    expect(profiles.map(({ state }) => state)).toEqual(['unreadable']);
  });
});

describe('who looks again and again', () => {
  const at = (minutes: number) => {
    world.cloud.appConfig.nowMs = startMs + minutes * minuteMs;
  };

  it('is told when a part was last read, until it can be read again', async () => {
    await world.publishAndFinish(yamlWith(5000));
    const look = watchedStatus(world.cloud);
    at(10);
    expect((await look(rules)).blind).toEqual([]);
    const { records } = world.cloud;
    Object.assign(world.cloud, { records: { list: down } });
    const told = 'the records of nodes cannot be read since 2026-01-01 00:10:00 UTC: it is on fire';
    for (const minutes of [11, 30]) {
      at(minutes);
      expect((await look(rules)).blind).toEqual([told]);
    }
    Object.assign(world.cloud, { records });
    at(40);
    expect((await look(rules)).blind).toEqual([]);
    Object.assign(world.cloud, { records: { list: down } });
    at(50);
    expect((await look(rules)).blind[0]).toContain('since 2026-01-01 00:40:00 UTC: ');
  });

  it('who came too late is told so, by the first look', async () => {
    await world.publishAndFinish(yamlWith(5000));
    Object.assign(world.cloud, { records: { list: down } });
    const look = watchedStatus(world.cloud);
    const told =
      'the records of nodes cannot be read since 2026-01-01 00:10:00 UTC at the latest: it is on fire';
    for (const minutes of [10, 20]) {
      at(minutes);
      expect((await look(rules)).blind).toEqual([told]);
    }
  });

  it('names that are known from before say nothing of when AppConfig could be read', async () => {
    await world.publishAndFinish(yamlWith(5000));
    const look = watchedStatus(world.cloud);
    at(10);
    await look(rules);
    breakAppConfig();
    for (const minutes of [12, 20]) {
      at(minutes);
      expect((await look(rules)).blind).toEqual([
        'what is deployed and on its way, in AppConfig, cannot be read since 2026-01-01 00:10:00 UTC: it is on fire',
      ]);
    }
  });
});

describe('while the records of nodes cannot be read', () => {
  it('nodes are unknown, not absent', async () => {
    await world.publishAndFinish(yamlWith(5000));
    Object.assign(world.cloud, { records: { list: down } });
    const { profiles } = await status(world.cloud, staging);
    expect(profiles).toMatchObject([{ state: 'deployed', nodes: { isUnread: true } }]);
    expect(inOneLine(profiles[0] as never)).toBe('quest/staging/rules  deployed  v1  nodes unknown');
    const shown = await page();
    expect(shown).toMatch(/^ {2}Nodes +unknown: their records cannot be read$/m);
    expect(shown).not.toContain('none reports');
  });
});

describe('reports that stand still', () => {
  it('are told with the instant of the last one, when all nodes are silent at once', async () => {
    await world.publishAndFinish(yamlWith(5000));
    const arrivedAtMs = world.cloud.clock();
    world.cloud.nodes.push(
      record({ node: 'a', arrivedAtMs: arrivedAtMs - 5_000 }),
      record({ node: 'b', arrivedAtMs }),
    );
    expect((await status(world.cloud, staging)).blind).toEqual([]);
    world.cloud.appConfig.nowMs = arrivedAtMs + 90_000;
    const last = new Date(arrivedAtMs).toISOString().slice(0, 19).replace('T', ' ');
    expect((await status(world.cloud, staging)).blind).toEqual([
      `no report of quest/staging has arrived since ${last} UTC: its nodes are gone, or what carries their reports stands still`,
    ]);
  });
});

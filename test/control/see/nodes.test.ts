import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publish } from '../../../control/act/publish.js';
import { type NodesQuestion, nodes } from '../../../control/see/nodes.js';
import { epochMs } from '../../../core/time.js';
import { type NodeFacts, record, startMs } from '../in-memory-cloud.js';
import { createWorld, fillHistory, rules, type World, yamlWith } from '../world.js';

const cluster = { application: 'quest', environment: 'staging' };

let world: World;
let label = '';
beforeEach(async () => {
  world = await createWorld();
  await world.publishAndFinish(yamlWith(5000));
  label = world.cloud.appConfig.versions.get('rules')?.[0]?.label ?? '';
});
afterEach(() => world.project.remove());

async function ask(facts: readonly NodeFacts[], question: Partial<NodesQuestion> = {}) {
  world.cloud.nodes.push(...facts.map(record));
  return (await nodes(world.cloud, { cluster, ...question })).nodes;
}

describe('nodes', () => {
  it('come live ones first, then silent ones, then those that left, by number', async () => {
    const views = await ask([
      { node: 'n10', label },
      { node: 'n1', label, health: 'stopped' },
      { node: 'n2', label },
      { node: 'n3', label, arrivedAtMs: 1 },
    ]);
    expect(views.map(({ node, presence }) => `${node} ${presence}`)).toEqual([
      'n2 live',
      'n10 live',
      'n3 silent',
      'n1 left',
    ]);
  });

  it.each<[string, () => NodeFacts, string[]]>([
    ['holds what is deployed', () => ({ node: 'a', label }), []],
    ['holds an earlier version', () => ({ node: 'a', label: 'v0-old' }), ['holds rules v0-old, v1-']],
    ['holds its default', () => ({ node: 'a' }), ['holds rules from default, v1-']],
    [
      'refused what is deployed',
      () => ({ node: 'a', label: 'v0-old', refused: { label, reason: 'no such member' } }),
      ['refuses rules v1-'],
    ],
    ['cannot reach AWS', () => ({ node: 'a', label, health: 'degraded' }), ['says it cannot reach AWS']],
    [
      'shares its name',
      () => ({ node: 'a', label, twin: { incarnation: 'x', reports: 3, lastArrivedAtMs: epochMs(1) } }),
      ['two processes report as a'],
    ],
    ['left', () => ({ node: 'a', health: 'stopped' }), []],
  ])('of a node that %s tell the cause', async (_name, facts, causes) => {
    const [view] = await ask([facts()]);
    expect(view?.behind.map(({ why }) => why)).toEqual(causes.map((cause) => expect.stringContaining(cause)));
  });

  it('tell for how long a node has been silent, and how to ask it', async () => {
    const [, silent] = await ask([
      { node: 'a', label },
      { node: 'b', label, arrivedAtMs: startMs - 40_000, endpoint: 'http://10.0.0.7:80' },
    ]);
    expect(silent?.behind).toEqual([
      { why: 'silent for 40 s: gone, or cut off and still serving', next: 'ask it: curl http://10.0.0.7:80' },
    ]);
  });

  it('are all silent when nothing arrived for more than a minute, with nobody left to compare with', async () => {
    world.cloud.appConfig.nowMs = startMs + 75_000;
    const views = await ask([{ node: 'a', label }]);
    expect(views).toMatchObject([
      { presence: 'silent', behind: [{ why: 'silent for 75 s: gone, or cut off and still serving' }] },
    ]);
  });

  it('are not said to hold the wrong version when nobody read far enough to know the right one', async () => {
    fillHistory(world, 500);
    world.edit(yamlWith(4000));
    await publish(world.cloud, world.loaded, { address: rules, author: 'a', reason: 'b' });
    expect(await ask([{ node: 'a', label }])).toMatchObject([{ node: 'a', behind: [] }]);
  });

  it('count neither the old nor the new version as behind while a rollout runs', async () => {
    world.edit(yamlWith(4000));
    const next = await publish(world.cloud, world.loaded, { address: rules, author: 'a', reason: 'b' });
    const behind = await ask([{ node: 'a', label }, { node: 'b', label: next.label }, { node: 'c' }], {
      behind: true,
    });
    expect(behind.map(({ node }) => node)).toEqual(['c']);
  });

  it('show one node when it is named, judged among all', async () => {
    const views = await ask(
      [
        { node: 'a', label },
        { node: 'b', label, arrivedAtMs: 1 },
      ],
      { node: 'b' },
    );
    expect(views).toMatchObject([{ node: 'b', presence: 'silent', profiles: { rules: { label } } }]);
  });

  it('offer the nearest name', async () => {
    await expect(ask([{ node: 'node-1', label }], { node: 'node1' })).rejects.toMatchObject({
      message: 'No node "node1" reported in quest/staging within the last hour',
      hint: 'Did you mean "node-1"? Known: node-1.',
    });
  });
});

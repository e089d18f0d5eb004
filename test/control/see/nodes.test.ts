import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publish } from '../../../control/act/publish.js';
import { type NodesQuestion, nodes } from '../../../control/see/nodes.js';
import { ServiceUnavailable } from '../../../core/errors.js';
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
      'is overridden by hand',
      () => ({
        node: 'a',
        label,
        override: { paths: ['hints', 'retry.retries'], until: '2026-01-01T02:00:00Z', reason: 'INC-7' },
      }),
      ['overrides rules: hints, retry.retries by hand until 2026-01-01T02:00:00Z (INC-7)'],
    ],
    [
      'refuses an override',
      () => ({ node: 'a', label, override: { paths: [], refused: 'hints is unknown' } }),
      ['refuses an override: hints is unknown'],
    ],
    [
      'cannot read its secrets any more',
      () => ({ node: 'a', label, secretsError: 'secretsmanager:x cannot be read: denied' }),
      ['serves rules with secrets that it can read no more: secretsmanager:x cannot be read: denied'],
    ],
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

  it('tell what they say of themselves while AppConfig cannot be read, and that it cannot', async () => {
    world.cloud.environment = async () => {
      throw new ServiceUnavailable('could not list the applications', { hint: 'none', retryable: true });
    };
    const override = { paths: ['hints'], until: '2026-01-01T02:00:00Z', reason: 'INC-7' };
    world.cloud.nodes.push(record({ node: 'a', label, override }), record({ node: 'b', label: 'v0-old' }));
    const answer = await nodes(world.cloud, { cluster, behind: true });
    expect(answer.nodes.map(({ node, behind }) => [node, behind[0]?.why])).toEqual([
      ['a', 'overrides rules: hints by hand until 2026-01-01T02:00:00Z (INC-7)'],
    ]);
    expect(answer.blind).toEqual([
      'what is deployed, in AppConfig, cannot be read: could not list the applications',
    ]);
  });

  it('tell the expectation it refuses by, and how to compare the two values', async () => {
    const reason = 'coolDownMs is 5000, expected at most 500';
    const [view] = await ask([
      { node: 'a', label: 'v3-0a0a0a0a', refused: { label, reason }, schemaVersion: 1 },
    ]);
    expect(view?.behind).toMatchObject([
      {
        why: `refuses rules ${label}: ${reason} (its schema is 1)`,
        next: 'veltrix diff quest/staging/rules@3 quest/staging/rules@1',
      },
    ]);
  });

  it('tell of a node that keeps what was taken back, with its last error', async () => {
    world.edit(yamlWith(4000));
    const next = await publish(world.cloud, world.loaded, { address: rules, author: 'a', reason: 'b' });
    world.cloud.appConfig.rollBack('staging');
    const lastError = 'AccessDeniedException: appconfig:GetLatestConfiguration';
    const [view] = await ask([{ node: 'a', label: next.label, lastError, health: 'degraded' }]);
    expect(view?.behind).toMatchObject([
      {
        why: `keeps rules ${next.label}, which was taken back (${label} is deployed); its last poll failed: ${lastError}`,
        next: 'veltrix nodes quest/staging a',
      },
      {
        why: `says it cannot reach AWS: it serves what it has; last error: ${lastError}`,
        next: "look at the node's network and permissions",
      },
    ]);
  });

  it('tell a node that may not have asked since from one that should have', async () => {
    const [fresh] = await ask([{ node: 'a', label: 'v0-old' }]);
    expect(fresh?.behind[0]?.why).toContain('is deployed, and may not have asked since');
    world.cloud.appConfig.nowMs += 120_000;
    world.cloud.nodes.length = 0;
    const [late] = await ask([{ node: 'a', label: 'v0-old', arrivedAtMs: world.cloud.appConfig.nowMs }]);
    expect(late?.behind[0]?.why).toMatch(/is deployed$/);
    world.cloud.nodes.length = 0;
    const facts = {
      node: 'a',
      label: 'v0-old',
      arrivedAtMs: world.cloud.appConfig.nowMs,
      lastError: 'no route',
    };
    const [failing] = await ask([facts]);
    expect(failing?.behind).toMatchObject([
      { why: expect.stringMatching(/its last poll failed: no route$/) },
    ]);
  });

  it('tell of profiles it does not know, and of profiles nobody else does', async () => {
    const strange = record({ node: 'a', label });
    const { rules: own, ...others } = strange.profiles;
    world.cloud.nodes.push({ ...strange, profiles: { ...others, rulez: own ?? ({} as never) } });
    const [view] = await ask([]);
    expect(view?.behind.map(({ why }) => why)).toEqual([
      'does not know rules: its release is older than that profile',
      'asks for rulez, which is no deployed profile of quest',
    ]);
  });

  it('say since when a label is held, and what was done under it', async () => {
    const counters = {
      [label]: { requests: 9, errors: 1, slow: 2 },
      'v0-old': { requests: 1, errors: 0, slow: 0 },
    };
    const [view] = await ask([{ node: 'a', label, heldSinceMs: startMs - 60_000, counters }]);
    expect(view?.profiles['rules']).toEqual({
      label,
      heldSince: '2025-12-31T23:59:00.000Z',
      source: 'cloud',
      schemaVersion: 2,
      counters: { requests: 9, errors: 1, slow: 2 },
    });
  });

  it('tell for how long a node has been silent, and how to ask it', async () => {
    const [, silent] = await ask([
      { node: 'a', label },
      { node: 'b', label, arrivedAtMs: startMs - 40_000, endpoint: 'http://10.0.0.7:80' },
    ]);
    expect(silent?.behind).toMatchObject([
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

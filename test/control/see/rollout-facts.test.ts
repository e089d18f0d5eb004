/** Rules of what is seen: pace, who took a version back, what was withdrawn, what comes first. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byAttention } from '../../../control/see/status/attention.js';
import { driftOf } from '../../../control/see/status/file-drift.js';
import { offeredOf } from '../../../control/see/status/offered.js';
import { rolloutPace } from '../../../control/see/status/rollout-pace.js';
import { undoingOf } from '../../../control/see/undone.js';
import { keepingWithdrawn, withdrawnSince } from '../../../control/see/withdrawn.js';
import type { Deployment, DeploymentState, LogEntry } from '../../../core/delivery/deployments.js';
import { healthy, rolledBack, rolling, unhealthy } from '../../cli/terminal/statuses.js';
import { record } from '../in-memory-cloud.js';

const t0 = Date.UTC(2026, 0, 1, 12);
const at = (seconds: number) => new Date(t0 + seconds * 1000).toISOString();
const entry = (type: LogEntry['type'], seconds: number, description = ''): LogEntry => ({
  type,
  triggeredBy: 'APPCONFIG',
  description,
  occurredAt: at(seconds),
});
const step = (percent: number, seconds: number) =>
  entry('PERCENTAGE_UPDATED', seconds, `Configuration available to ${percent}.00% of clients`);

const deployment = (change: Partial<Deployment>): Deployment => ({
  number: 2,
  profile: 'rules',
  version: 2,
  label: 'v2-bbbbbbbb',
  state: 'DEPLOYING',
  percentage: 1,
  startedAt: at(0),
  description: '',
  log: [entry('DEPLOYMENT_STARTED', 0)],
  durationMinutes: 10,
  bakeMinutes: 10,
  ...change,
});

describe('the pace of a rollout', () => {
  it('is the strategy’s own until its first step', () => {
    expect(rolloutPace(deployment({}))).toEqual({ step: 0, steps: 5, nextStepAt: at(100) });
  });

  it('is what the log shows after that, however fast', () => {
    const log = [entry('DEPLOYMENT_STARTED', 0), step(20, 2), step(40, 4)];
    const pace = rolloutPace(deployment({ percentage: 40, log }));
    expect(pace).toEqual({ step: 2, steps: 5, nextStepAt: at(6) });
  });

  it('tells the first step by its distance from the start', () => {
    const log = [entry('DEPLOYMENT_STARTED', 0), step(20, 90)];
    expect(rolloutPace(deployment({ percentage: 20, log })).nextStepAt).toBe(at(180));
  });

  it('carries a bake on as it carried the steps', () => {
    const log = [
      entry('DEPLOYMENT_STARTED', 0),
      ...[20, 40, 60, 80, 100].map((percent, index) => step(percent, 10 * (index + 1))),
      entry('BAKE_TIME_STARTED', 60),
    ];
    const baking = deployment({ state: 'BAKING', percentage: 100, log });
    expect(rolloutPace(baking)).toEqual({ step: 5, steps: 5, bakesUntil: at(60 + 60) });
  });

  it('promises nothing of a strategy that is not Veltrix’s, nor of one that is taken back', () => {
    expect(rolloutPace(deployment({ durationMinutes: 7 }))).toEqual({});
    expect(rolloutPace(deployment({ state: 'ROLLING_BACK' }))).toEqual({ step: 0, steps: 5 });
  });
});

describe('the share a version was offered to', () => {
  const log = [entry('DEPLOYMENT_STARTED', 0), step(20, 1), step(40, 2), entry('ROLLBACK_STARTED', 3)];
  it.each<[DeploymentState, Partial<Deployment>, number]>([
    ['DEPLOYING', { percentage: 40 }, 40],
    ['ROLLED_BACK', { percentage: 1, log }, 40],
    ['ROLLED_BACK', { percentage: 1, log: [...log, entry('BAKE_TIME_STARTED', 3)] }, 100],
    ['ROLLED_BACK', { percentage: 1 }, 0],
    ['REVERTED', { percentage: 1, completedAtMs: t0 as never }, 100],
  ])('of one that is %s is told by its log', (state, change, share) => {
    expect(offeredOf(deployment({ state, ...change }))).toBe(share);
  });
});

describe('who took a deployment back', () => {
  const undone = (triggeredBy: string, description: string) =>
    deployment({ log: [{ ...entry('ROLLBACK_STARTED', 9, description), triggeredBy }] });

  it.each([
    ['USER', 'Rollback initiated by 123', undefined, 'person'],
    ['CLOUDWATCH_ALARM', 'Rollback initiated by alarm', undefined, 'alarm'],
    ['INTERNAL_ERROR', '', undefined, 'appconfig'],
    ['APPCONFIG', 'Rollback requested by extension veltrix-main-guard: errors', unhealthy, 'guard'],
    ['APPCONFIG', 'Rollback requested by extension veltrix-main-guard: errors', undefined, 'guard'],
    ['APPCONFIG', 'Error invoking extension veltrix-main-guard: Task timed out', healthy, 'guard-failure'],
    ['APPCONFIG', 'Error invoking extension veltrix-main-guard: Rate exceeded', unhealthy, 'guard-failure'],
    ['APPCONFIG', 'Rollback', unhealthy, 'guard'],
    ['APPCONFIG', 'Rollback', healthy, 'appconfig'],
  ])('%s, "%s"', (triggeredBy, why, guard, by) => {
    expect(undoingOf(undone(triggeredBy, why), guard ? { guard } : {})).toEqual({ by, why, at: at(9) });
  });

  it('is a person where it was reverted, and nobody where it stands', () => {
    const log = [{ ...entry('REVERT_COMPLETED', 5, 'by hand'), triggeredBy: 'USER' }];
    expect(undoingOf(deployment({ log }), { guard: healthy })).toEqual({
      by: 'person',
      why: 'by hand',
      at: at(5),
    });
    expect(undoingOf(deployment({}), { guard: unhealthy })).toBeUndefined();
  });

  it('tells what a person said only of what a person did: whoever came too late undid nothing', () => {
    const said = { author: 'ben', reason: 'errors doubled', at: at(8) };
    expect(undoingOf(undone('USER', ''), { undone: said })?.said).toEqual(said);
    for (const quicker of ['APPCONFIG', 'CLOUDWATCH_ALARM', 'INTERNAL_ERROR']) {
      expect(undoingOf(undone(quicker, ''), { undone: said })).not.toHaveProperty('said');
    }
    expect(undoingOf(deployment({}), { undone: said })).toBeUndefined();
  });
});

describe('withdrawn versions', () => {
  const list = (...items: [number, DeploymentState, string?][]) =>
    items.map(([version, state, label = `v${version}-aaaaaaa${version}`], index) =>
      deployment({ number: 100 - index, version, state, label, startedAt: at(-60 * index) }),
    );
  const withdrawn = (...items: [number, DeploymentState, string?][]) =>
    withdrawnSince(list(...items), 'rules').map(({ version }) => version);

  it('are those that were taken back and do not stand again', () => {
    expect(withdrawn([3, 'ROLLED_BACK'], [2, 'REVERTED'], [1, 'COMPLETE'])).toEqual([3, 2]);
    expect(withdrawn([2, 'ROLLING_BACK'], [1, 'COMPLETE'])).toEqual([2]);
    expect(withdrawn([2, 'DEPLOYING'], [2, 'ROLLED_BACK'], [1, 'COMPLETE'])).toEqual([]);
    expect(withdrawn([1, 'COMPLETE'])).toEqual([]);
  });

  it('are none of another profile', () => {
    expect(withdrawnSince(list([2, 'ROLLED_BACK']), 'limits')).toEqual([]);
  });

  it('are named with the nodes that keep them, however they were withdrawn', () => {
    const keeping = (label: string, heldSinceMs: number, deployments = list([1, 'COMPLETE'])) =>
      keepingWithdrawn([record({ node: 'a', label, heldSinceMs })], deployments, 'rules');
    // Left over from before somebody went back to version 1.
    expect(keeping('v2-bbbbbbbb', t0 - 1)).toEqual([{ node: 'a', label: 'v2-bbbbbbbb' }]);
    // Of a deployment that began after the list was read.
    expect(keeping('v2-bbbbbbbb', t0 + 1)).toEqual([]);
    expect(keeping('v1-aaaaaaa1', t0 - 1)).toEqual([]);
    const taken = list([2, 'ROLLED_BACK'], [1, 'COMPLETE']);
    expect(keeping('v2-aaaaaaa2', t0 + 1, taken)).toEqual([{ node: 'a', label: 'v2-aaaaaaa2' }]);
  });
});

describe('a file', () => {
  const file = { file: 'config/quest/rules.staging.yaml', hash8: 'bbbbbbbb' };
  const labels = { standing: ['v1-aaaaaaaa', undefined], withdrawn: ['v2-bbbbbbbb', undefined] };

  it('drifts while it says what was taken back', () => {
    expect(driftOf(file, labels)).toEqual({ file: file.file, version: 2 });
  });

  it.each([
    ['there is none', undefined, labels],
    ['it says something else', { ...file, hash8: 'cccccccc' }, labels],
    ['it says what stands', { ...file, hash8: 'aaaaaaaa' }, labels],
    ['its content stands again', file, { ...labels, standing: ['v3-bbbbbbbb'] }],
    ['nothing was taken back', file, { ...labels, withdrawn: [] }],
  ])('does not drift where %s', (_name, given, known) => {
    expect(driftOf(given, known)).toBeUndefined();
  });
});

describe('attention', () => {
  const quiet = rolling({ state: 'deployed', nodes: { ...rolling().nodes, refused: [] } });
  const kinds = {
    unpublished: rolling({ ...quiet, state: 'unpublished', address: 'a/b/unpublished' }),
    quiet: rolling({ ...quiet, address: 'a/b/quiet' }),
    rolling: rolling({ address: 'a/b/rolling' }),
    harmful: rolling({ address: 'a/b/harmful', guard: unhealthy }),
    back: rolledBack({ address: 'a/b/back' }),
  };
  const order = (...clusters: (keyof typeof kinds)[][]) =>
    byAttention(clusters.map((names) => names.map((name) => kinds[name]))).map(({ address }) =>
      address.slice(4),
    );

  it('goes to what hurts before what moves before what rests', () => {
    expect(order(['quiet'], ['rolling'], ['harmful'], ['back'])).toEqual([
      'harmful',
      'back',
      'rolling',
      'quiet',
    ]);
  });

  it('keeps an environment together, with what nobody published last', () => {
    expect(order(['unpublished', 'quiet'], ['unpublished'], ['unpublished', 'rolling', 'quiet'])).toEqual([
      'rolling',
      'quiet',
      'unpublished',
      'quiet',
      'unpublished',
      'unpublished',
    ]);
  });

  it('loses and doubles nothing', () => {
    const some = fc.array(fc.array(fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[]))));
    fc.assert(
      fc.property(some, (clusters) => {
        const short = clusters.flat().map((name) => kinds[name].address.slice(4));
        expect(order(...clusters).toSorted()).toEqual(short.toSorted());
      }),
      { numRuns: 200 },
    );
  });
});

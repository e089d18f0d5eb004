import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeploymentState, DeploymentSummary } from '../../../core/delivery/deployments.js';
import {
  type EnvironmentUse,
  formatApplicationProfile,
  obstaclesTo,
  type RetirementFacts,
  versionsToRemove,
} from '../../../core/delivery/retirement.js';
import { epochMs } from '../../../core/time.js';

const hourMs = 60 * 60 * 1000;
const now = epochMs(Date.UTC(2026, 5, 1));

/** A deployment that began so many hours ago and, where it is complete, ended half an hour later. */
function deployment(number: number, version: number, hoursAgo: number, state: DeploymentState = 'COMPLETE') {
  const startedMs = now - hoursAgo * hourMs;
  return {
    number,
    profile: 'limits',
    version,
    state,
    percentage: 100,
    startedAt: new Date(startedMs).toISOString(),
    ...(state === 'COMPLETE' && { completedAtMs: epochMs(startedMs + hourMs / 2) }),
  } satisfies DeploymentSummary;
}

const use = (...deployments: DeploymentSummary[]) => ({
  environment: 'staging',
  deployments,
  queued: [] as number[],
  nodes: [] as string[],
});

const facts = (about: Partial<RetirementFacts> = {}): RetirementFacts => ({
  isProvided: false,
  uses: [use()],
  ...about,
});

describe('what keeps a profile from being retired', () => {
  it('is nothing where nobody names, deploys, holds or may revert it', () => {
    const old = [deployment(3, 3, 73), deployment(2, 2, 200, 'ROLLED_BACK'), deployment(1, 1, 300)];
    expect(obstaclesTo(facts({ uses: [use(...old)] }), now)).toEqual([]);
  });

  it('is everything there is, in the order in which somebody clears it', () => {
    const busy = { ...use(deployment(9, 3, 0, 'BAKING')), queued: [4], nodes: ['n1', 'n2'] };
    const other = { ...use(deployment(5, 3, 10)), environment: 'production' };
    expect(
      obstaclesTo({ namedIn: 'config/x/application.ts', isProvided: true, uses: [busy, other] }, now),
    ).toEqual([
      { kind: 'named', file: 'config/x/application.ts' },
      { kind: 'provided' },
      { kind: 'held', environment: 'staging', nodes: ['n1', 'n2'] },
      { kind: 'queued', environment: 'staging', version: 4 },
      { kind: 'running', environment: 'staging', deployment: 9 },
      { kind: 'revertible', environment: 'production', deployment: 5, untilMs: now + 62.5 * hourMs },
    ]);
  });

  it.each(['VALIDATING', 'DEPLOYING', 'BAKING', 'ROLLING_BACK', 'OTHER'] as const)(
    'is a deployment that is %s, however long ago it began',
    (state) => {
      expect(obstaclesTo(facts({ uses: [use(deployment(1, 1, 900, state))] }), now)).toEqual([
        { kind: 'running', environment: 'staging', deployment: 1 },
      ]);
    },
  );

  it('is a revert that AppConfig would do, to the millisecond', () => {
    const last = { ...deployment(2, 2, 80), completedAtMs: epochMs(now - 72 * hourMs + 1) };
    const inTime = facts({ uses: [use(last)] });
    expect(obstaclesTo(inTime, now)).toMatchObject([{ kind: 'revertible', untilMs: now + 1 }]);
    expect(obstaclesTo(inTime, epochMs(now + 1))).toEqual([]);
  });

  it('is one whose end AppConfig does not tell', () => {
    const { completedAtMs: _completedAtMs, ...untold } = deployment(2, 2, 900);
    expect(obstaclesTo(facts({ uses: [use(untold)] }), now)).toMatchObject([{ kind: 'revertible' }]);
  });

  it('is no deployment that was taken back', () => {
    const taken = [
      deployment(3, 3, 1, 'REVERTED'),
      deployment(2, 2, 2, 'ROLLED_BACK'),
      deployment(1, 1, 900),
    ];
    expect(obstaclesTo(facts({ uses: [use(...taken)] }), now)).toEqual([]);
  });
});

const versions = (newest: number) =>
  Array.from({ length: newest }, (_, index) => ({ version: newest - index }));
const removed = (newest: number, uses: readonly EnvironmentUse[], keep = 10) =>
  versionsToRemove(versions(newest), uses, { keep, now }).map(({ version }) => version);

describe('versions that nobody needs', () => {
  it('are all but the newest, oldest first', () => {
    expect(removed(14, [])).toEqual([1, 2, 3, 4]);
    expect(removed(14, [], 12)).toEqual([1, 2]);
  });

  it('are none of the newest ten, whatever was asked for', () => {
    expect(removed(11, [], 0)).toEqual([1]);
    expect(removed(10, [], 0)).toEqual([]);
  });

  it('are not what is deployed, nor what was before it', () => {
    const deployed = use(
      deployment(4, 3, 900),
      deployment(3, 3, 901),
      deployment(2, 2, 902),
      deployment(1, 1, 903),
    );
    expect(removed(20, [deployed])).toEqual([1, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('are not what may be reverted, nor what that returns to', () => {
    const lately = use(
      deployment(5, 9, 1),
      deployment(4, 8, 2),
      deployment(3, 7, 3),
      deployment(2, 6, 900),
      deployment(1, 5, 901),
    );
    expect(removed(20, [lately])).toEqual([1, 2, 3, 4, 5, 10]);
  });

  it('are not what is being deployed, or waits in a queue, in any environment', () => {
    const staging = use(deployment(2, 1, 0, 'DEPLOYING'), deployment(1, 5, 900, 'ROLLED_BACK'));
    const production = { ...use(), environment: 'production', queued: [2] };
    expect(removed(15, [staging, production])).toEqual([3, 4, 5]);
  });

  it('are never deployed, revertible, running, queued, or among the newest, whatever happened', () => {
    const state = fc.constantFrom<DeploymentState>('COMPLETE', 'ROLLED_BACK', 'REVERTED', 'DEPLOYING');
    const history = fc.array(fc.record({ version: fc.integer({ min: 1, max: 60 }), state }), {
      maxLength: 12,
    });
    const one = fc.record({ history, queued: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 2 }) });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 3 }), fc.integer({ min: 0, max: 80 }), (environments, keep) => {
        const uses = environments.map(({ history: items, queued }, at) => ({
          environment: `e${at}`,
          queued,
          // Newest first, 20 hours apart: the last three or four may be reverted.
          deployments: items.map((item, index) =>
            deployment(
              items.length - index,
              item.version,
              20 * index + 1,
              index === 0 ? item.state : ended(item.state),
            ),
          ),
        }));
        const gone = new Set(removed(60, uses, keep));
        for (const { queued, deployments } of uses) {
          const needed = deployments.filter(
            ({ state: now, number }, index) =>
              now === 'DEPLOYING' || (now === 'COMPLETE' && (index < 4 || number === newestOf(deployments))),
          );
          for (const version of [...queued, ...needed.map((item) => item.version)])
            expect(gone.has(version)).toBe(false);
        }
        for (const version of gone) expect(version).toBeLessThanOrEqual(60 - Math.max(keep, 10));
      }),
      { numRuns: 300 },
    );
  });
});

/** Only the newest runs. */
const ended = (state: DeploymentState): DeploymentState => (state === 'DEPLOYING' ? 'ROLLED_BACK' : state);
const newestOf = (deployments: readonly DeploymentSummary[]) =>
  deployments.find(({ state }) => state === 'COMPLETE')?.number;

describe('a profile above its environments', () => {
  it('is written without one', () => {
    expect(formatApplicationProfile({ application: 'treasure-hunt', profile: 'limits' })).toBe(
      'treasure-hunt/limits',
    );
  });
});

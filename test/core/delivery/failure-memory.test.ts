import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Deployment, DeploymentState, LogEntry } from '../../../core/delivery/deployments.js';
import {
  deploymentsToAsk,
  type Failure,
  type FailureQuestion,
  failureToldBy,
  knowsFailures,
} from '../../../core/delivery/failure-memory.js';
import { describeProvenance, describeRollback } from '../../../core/delivery/provenance.js';

const a = 'aaaaaaaa';
const b = 'bbbbbbbb';
const at = (minute: number): string =>
  `2026-01-01T${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00.000Z`;

const logOf = (...entries: (readonly [LogEntry['type'], number, string])[]): LogEntry[] =>
  entries.map(([type, minute, description]) => ({
    type,
    triggeredBy: 'APPCONFIG',
    description,
    occurredAt: at(minute),
  }));

interface About {
  readonly state?: DeploymentState;
  readonly hash?: string;
  readonly version?: number;
  readonly profile?: string;
  readonly startMinute?: number;
  readonly description?: string;
  readonly log?: readonly LogEntry[];
}

function deployment(number: number, about: About): Deployment {
  const { state = 'COMPLETE', hash = b, version = number, profile = 'gameplay' } = about;
  return {
    number,
    profile,
    version,
    label: `v${version}-${hash}`,
    state,
    percentage: 100,
    startedAt: at(about.startMinute ?? number * 10),
    description: about.description ?? 'why (anna)',
    log: about.log ?? [],
    durationMinutes: 0,
    bakeMinutes: 0,
  };
}

const rolledBack = (number: number, endMinute: number, about: About = {}): Deployment =>
  deployment(number, {
    state: 'ROLLED_BACK',
    hash: a,
    log: logOf(
      ['DEPLOYMENT_STARTED', number * 10, 'Deployment started'],
      ['ROLLBACK_STARTED', endMinute - 1, 'errors doubled'],
      ['ROLLBACK_COMPLETED', endMinute, 'Rollback completed'],
    ),
    ...about,
  });

const question = (sinceMinute: number, hash8: string | undefined = a): FailureQuestion => ({
  profile: 'gameplay',
  hash8,
  since: at(sinceMinute),
});

/** What a reader finds who reads what he is told to read. */
function failures(newestFirst: readonly Deployment[], asked: FailureQuestion): Failure[] {
  return deploymentsToAsk(newestFirst, asked).flatMap((number) => {
    const told = newestFirst.find((item) => item.number === number);
    return (told && failureToldBy(told, newestFirst, asked)) ?? [];
  });
}

describe('memory of failure', () => {
  it('knows a rollback, when it ended, and the words that began it', () => {
    expect(failures([rolledBack(2, 25), deployment(1, {})], question(0))).toEqual([
      { deployment: 2, version: 2, label: 'v2-aaaaaaaa', at: at(25), why: 'errors doubled' },
    ]);
  });

  it('forgets what ended before the question begins', () => {
    const lists = [rolledBack(2, 25), deployment(1, {})];
    expect(failures(lists, question(25))).toHaveLength(1);
    expect(failures(lists, question(26))).toEqual([]);
  });

  it('does not ask about other content, nor about other profiles', () => {
    const lists = [rolledBack(3, 35, { hash: b }), rolledBack(2, 25, { profile: 'limits' })];
    expect(deploymentsToAsk(lists, question(0))).toEqual([]);
    expect(failures(lists, { ...question(0), hash8: undefined })).toMatchObject([{ deployment: 3 }]);
  });

  it('does not ask about a version that Veltrix did not label, unless any content is meant', () => {
    const { label: _, ...plain } = rolledBack(2, 25);
    expect(deploymentsToAsk([plain], question(0))).toEqual([]);
    expect(failures([plain], { profile: 'gameplay', since: at(0) })).toEqual([
      { deployment: 2, version: 2, at: at(25), why: 'errors doubled' },
    ]);
  });

  it('dates a revert by its own entry, long after the deployment ended', () => {
    const reverted = deployment(2, {
      state: 'REVERTED',
      hash: a,
      log: logOf(
        ['DEPLOYMENT_COMPLETED', 21, ''],
        ['REVERT_COMPLETED', 500, 'Revert completed by account 1'],
      ),
    });
    const lists = [deployment(3, { profile: 'limits' }), reverted, deployment(1, {})];
    expect(failures(lists, question(450))).toEqual([
      {
        deployment: 2,
        version: 2,
        label: 'v2-aaaaaaaa',
        at: at(500),
        why: 'Revert completed by account 1',
      },
    ]);
    expect(failures(lists, question(501))).toEqual([]);
  });

  it('knows a deployment that was undone by deploying an earlier version', () => {
    const way = describeRollback({ author: 'anna', reason: 'errors doubled', undoes: 2 });
    const lists = [
      deployment(3, { version: 1, description: way }),
      deployment(2, { hash: a }),
      deployment(1, {}),
    ];
    expect(failures(lists, question(0))).toEqual([
      { deployment: 2, version: 2, label: 'v2-aaaaaaaa', at: at(30), why: 'errors doubled' },
    ]);
    expect(failures(lists, question(31))).toEqual([]);
    expect(failures(lists, question(0, b))).toEqual([]);
  });

  it.each<[string, About]>([
    [
      'its reason only says so',
      { description: describeProvenance({ author: 'x', reason: 'rollback of deployment 2' }) },
    ],
    ['it was itself rolled back', { state: 'ROLLED_BACK' }],
    ['it is itself being rolled back', { state: 'ROLLING_BACK' }],
    [
      'it names another profile’s deployment',
      { description: describeRollback({ author: 'x', reason: '', undoes: 4 }) },
    ],
    ['it names itself', { description: describeRollback({ author: 'x', reason: '', undoes: 5 }) }],
    [
      'it names none that is known',
      { description: describeRollback({ author: 'x', reason: '', undoes: 9 }) },
    ],
  ])('takes nothing for undone by a way back when %s', (_, about) => {
    const description = describeRollback({ author: 'x', reason: '', undoes: 2 });
    const lists = [
      deployment(5, { version: 1, description, ...about }),
      deployment(4, { profile: 'limits', hash: a }),
      deployment(2, { hash: a }),
      deployment(1, {}),
    ];
    expect(failures(lists, question(0))).toEqual([]);
  });

  it('takes nothing for undone by a way back that began to be taken back after it was listed', () => {
    const description = describeRollback({ author: 'x', reason: '', undoes: 2 });
    const way = deployment(3, { version: 1, state: 'DEPLOYING', description });
    const lists = [way, deployment(2, { hash: a }), deployment(1, {})];
    expect(failureToldBy(way, lists, question(0))).toMatchObject({ deployment: 2 });
    expect(failureToldBy({ ...way, state: 'ROLLING_BACK' }, lists, question(0))).toBeUndefined();
  });

  it('asks about a way back only where a version was deployed a second time', () => {
    const lists = [deployment(3, {}), deployment(2, { hash: a }), deployment(1, {})];
    expect(deploymentsToAsk(lists, question(0))).toEqual([]);
  });

  it('is sure once something completed, and something newer started, before the question begins', () => {
    const older = deployment(1, {});
    expect(knowsFailures([older], question(100))).toBe(false);
    expect(knowsFailures([deployment(2, { profile: 'limits' }), older], question(100))).toBe(true);
    expect(knowsFailures([deployment(2, { profile: 'limits' }), older], question(15))).toBe(false);
    const undone = [deployment(3, { state: 'ROLLED_BACK' }), deployment(2, { state: 'REVERTED' })];
    expect(knowsFailures(undone, question(100))).toBe(false);
    const foreign = [deployment(3, { profile: 'limits' }), deployment(2, { profile: 'limits' })];
    expect(knowsFailures(foreign, question(100))).toBe(false);
  });

  it('does not read what a later completed deployment puts out of question', () => {
    const reverted = deployment(1, { state: 'REVERTED', hash: a });
    const lists = [deployment(3, { profile: 'limits' }), deployment(2, {}), reverted];
    expect(deploymentsToAsk(lists, question(100))).toEqual([]);
    expect(deploymentsToAsk(lists, question(15))).toEqual([1]);
  });
});

/** Deployments as AppConfig lets them be: one after the other, reverts of the newest completed one only. */
const histories = fc
  .array(
    fc.record({
      profile: fc.constantFrom('gameplay', 'gameplay', 'limits'),
      hash: fc.constantFrom(a, b),
      runMinutes: fc.integer({ min: 1, max: 30 }),
      pauseMinutes: fc.integer({ min: 1, max: 90 }),
      end: fc.constantFrom('COMPLETE', 'COMPLETE', 'ROLLED_BACK', 'revert'),
    }),
    { maxLength: 10 },
  )
  .map((steps) => {
    const deployments: Deployment[] = [];
    const truth: { hash: string; minute: number; number: number }[] = [];
    let minute = 0;
    for (const [index, step] of steps.entries()) {
      minute += step.pauseMinutes;
      const { profile, hash } = step;
      if (step.end === 'revert') {
        const last = deployments.findLastIndex(
          (item) => item.profile === 'gameplay' && item.state === 'COMPLETE',
        );
        const reverted = deployments[last];
        if (!reverted) continue;
        const log = logOf(['REVERT_COMPLETED', minute, 'x']);
        deployments[last] = { ...reverted, state: 'REVERTED', log };
        truth.push({ hash: String(reverted.label?.slice(-8)), minute, number: reverted.number });
        continue;
      }
      const number = index + 1;
      const startMinute = minute;
      minute += step.runMinutes;
      const log = logOf(['ROLLBACK_COMPLETED', minute, 'x']);
      const state = step.end as DeploymentState;
      deployments.push(deployment(number, { profile, hash, startMinute, state, log }));
      if (state === 'ROLLED_BACK' && profile === 'gameplay') truth.push({ hash, minute, number });
    }
    return { newestFirst: deployments.toReversed(), truth, minute };
  });

describe('memory of failure, whatever happened', () => {
  it('finds exactly what was taken back since then, in no more of the list than it asks for', () => {
    fc.assert(
      fc.property(
        histories,
        fc.nat(120),
        fc.constantFrom(a, b),
        ({ newestFirst, truth, minute }, ago, hash8) => {
          const sinceMinute = Math.max(0, minute - ago);
          const asked = question(sinceMinute, hash8);
          const enough = newestFirst.findIndex((_, index) =>
            knowsFailures(newestFirst.slice(0, index + 1), asked),
          );
          const read = enough === -1 ? newestFirst : newestFirst.slice(0, enough + 1);
          const expected = truth.filter((item) => item.hash === hash8 && item.minute >= sinceMinute);
          expect(failures(read, asked).map(({ deployment }) => deployment)).toEqual(
            expected.map(({ number }) => number).sort((x, y) => y - x),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});

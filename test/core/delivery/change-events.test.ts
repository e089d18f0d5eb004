import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterEvent,
  type ChangeCursor,
  type ChangeEvent,
  changeEventSchema,
  isFinal,
  pendingChanges,
  settle,
  startOfChanges,
} from '../../../core/delivery/change-events.js';
import type { Deployment, DeploymentState, LogEntryType } from '../../../core/delivery/deployments.js';
import { epochMs } from '../../../core/time.js';

const where = { application: 'treasure-hunt', environment: 'staging', profile: 'gameplay' };
const address = 'treasure-hunt/staging/gameplay';
const start = Date.UTC(2026, 0, 1);
const hour = 3_600_000;

interface Step {
  readonly type: LogEntryType;
  readonly atMs: number;
  readonly text?: string;
}

function deployment(number: number, state: DeploymentState, steps: readonly Step[]): Deployment {
  return {
    number,
    profile: 'gameplay',
    version: number,
    label: `v${number}-0a1b2c3d`,
    state,
    percentage: 100,
    startedAt: new Date(start).toISOString(),
    ...(state === 'COMPLETE' && { completedAtMs: epochMs(steps.at(-1)?.atMs ?? start) }),
    description: 'raise the cool-down (anna)',
    durationMinutes: 10,
    bakeMinutes: 10,
    log: steps.map(({ type, atMs, text }) => ({
      type,
      triggeredBy: 'USER',
      description: text ?? 'text',
      occurredAt: new Date(atMs).toISOString(),
    })),
  };
}

const complete = (number: number, atMs = start) =>
  deployment(number, 'COMPLETE', [
    { type: 'DEPLOYMENT_STARTED', atMs },
    { type: 'PERCENTAGE_UPDATED', atMs: atMs + 1, text: 'Configuration available to 50.00% of clients' },
    { type: 'DEPLOYMENT_COMPLETED', atMs: atMs + 2 },
  ]);

const ids = (events: readonly ChangeEvent[]) => events.map((event) => event.id);

describe('who took a version back by hand', () => {
  const undone = { author: 'ben', reason: 'errors doubled', at: '2026-01-01T00:00:04.000Z' };
  const told = (last: Step['type'][], by: string) => {
    const steps: Step[] = ['DEPLOYMENT_STARTED' as const, ...last].map((type) => ({ type, atMs: start }));
    const one = deployment(3, 'ROLLED_BACK', steps);
    const log = one.log.map((entry) => ({
      ...entry,
      triggeredBy: /^ROLLBACK_STARTED|^REVERT/.test(entry.type) ? by : 'APPCONFIG',
    }));
    return pendingChanges(startOfChanges(address), where, [{ ...one, log, record: { undone } }]).map(
      ({ data }) => data.undone,
    );
  };

  it('is said where it is undone, whoever logged the end', () => {
    expect(told(['ROLLBACK_STARTED', 'ROLLBACK_COMPLETED'], 'USER')).toEqual([undefined, undefined, undone]);
    expect(told(['DEPLOYMENT_COMPLETED', 'REVERT_COMPLETED'], 'USER')).toEqual([
      undefined,
      undefined,
      undone,
    ]);
  });

  it('is not said of what AppConfig took back before', () => {
    expect(told(['ROLLBACK_STARTED', 'ROLLBACK_COMPLETED'], 'APPCONFIG')).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('pendingChanges', () => {
  it('says each step of a deployment as a CloudEvent', () => {
    const [first, second] = pendingChanges(startOfChanges(address), where, [complete(3)]);
    expect(first).toEqual({
      specversion: '1.0',
      id: 'treasure-hunt/staging/gameplay#3.0',
      source: '/veltrix/treasure-hunt/staging',
      type: 'dev.veltrix.deployment.started',
      subject: 'treasure-hunt/staging/gameplay',
      time: '2026-01-01T00:00:00.000Z',
      datacontenttype: 'application/json',
      partitionkey: 'treasure-hunt/staging/gameplay',
      data: {
        ...where,
        version: 3,
        label: 'v3-0a1b2c3d',
        deployment: 3,
        ordinal: 0,
        triggeredBy: 'USER',
        description: 'text',
        author: 'anna',
        reason: 'raise the cool-down',
      },
    });
    expect(second?.data.percentage).toBe(50);
    expect(changeEventSchema.parse(JSON.parse(JSON.stringify(second)))).toEqual(second);
  });

  it("leaves other profiles' deployments to their own cursors", () => {
    const other = { ...complete(4), profile: 'limits' };
    expect(pendingChanges(startOfChanges(address), where, [other])).toEqual([]);
  });

  it('goes on where the cursor stands', () => {
    const cursor = { address, settledThrough: 2, emitted: { '3': 2 } };
    expect(ids(pendingChanges(cursor, where, [complete(2), complete(3)]))).toEqual([`${address}#3.2`]);
  });

  it('puts a revert of an earlier deployment after what happened since', () => {
    const rolledBack = deployment(8, 'ROLLED_BACK', [
      { type: 'DEPLOYMENT_STARTED', atMs: start + hour },
      { type: 'ROLLBACK_COMPLETED', atMs: start + 2 * hour },
    ]);
    const reverted = deployment(7, 'REVERTED', [
      { type: 'DEPLOYMENT_STARTED', atMs: start },
      { type: 'DEPLOYMENT_COMPLETED', atMs: start + 1 },
      { type: 'REVERT_COMPLETED', atMs: start + 3 * hour },
    ]);
    expect(ids(pendingChanges(startOfChanges(address), where, [rolledBack, reverted]))).toEqual(
      ['7.0', '7.1', '8.0', '8.1', '7.2'].map((part) => `${address}#${part}`),
    );
  });
});

describe('settle', () => {
  const emittedAll = (cursor: ChangeCursor, deployments: readonly Deployment[]) =>
    pendingChanges(cursor, where, deployments).reduce(afterEvent, cursor);

  it('keeps a completed deployment open for the 72 hours in which it can be reverted', () => {
    const done = complete(1);
    const cursor = emittedAll(startOfChanges(address), [done]);
    expect(settle(cursor, [done], epochMs(start + 71 * hour)).settledThrough).toBe(0);
    expect(settle(cursor, [done], epochMs(start + 73 * hour))).toEqual({
      address,
      settledThrough: 1,
      emitted: {},
    });
  });

  it('never settles what was not emitted in full', () => {
    const done = complete(1);
    const cursor = { address, settledThrough: 0, emitted: { '1': 2 } };
    expect(settle(cursor, [done], epochMs(start + 100 * hour)).settledThrough).toBe(0);
  });

  it('stops before the first open deployment', () => {
    const deployments = [complete(1), deployment(2, 'DEPLOYING', []), complete(3)];
    const cursor = emittedAll(startOfChanges(address), deployments);
    expect(settle(cursor, deployments, epochMs(start + 100 * hour))).toEqual({
      address,
      settledThrough: 1,
      emitted: { '3': 3 },
    });
  });
});

describe('isFinal', () => {
  it.each([
    ['VALIDATING', false],
    ['DEPLOYING', false],
    ['BAKING', false],
    ['ROLLING_BACK', false],
    ['ROLLED_BACK', true],
    ['REVERTED', true],
  ] as const)('says %s is final: %s', (state, expected) => {
    expect(isFinal(deployment(1, state, []), epochMs(start + 1000 * hour))).toBe(expected);
  });
});

describe('a reader that looks now and then, and dies now and then', () => {
  // Each look sees the logs as far as they have grown, puts some of what is pending and may lose its cursor write.
  const look = fc.record({ grownTo: fc.nat(12), puts: fc.nat(6), losesLastWrite: fc.boolean() });

  it('puts every entry, and in order for a consumer that drops known ids', () => {
    const logs = [complete(1, start), complete(2, start + hour), complete(3, start + 2 * hour)];
    const entries = logs.flatMap((item) =>
      item.log.map((_, ordinal) => `${address}#${item.number}.${ordinal}`),
    );
    const grown = (count: number) =>
      logs
        .map((item, index) => ({ ...item, log: item.log.slice(0, Math.max(0, count - index * 3)) }))
        .filter((item) => item.log.length > 0);

    fc.assert(
      fc.property(fc.array(look, { maxLength: 12 }), (looks) => {
        let cursor = startOfChanges(address);
        const stream: string[] = [];
        let seen = 0;
        for (const { grownTo, puts, losesLastWrite } of [
          ...looks,
          { grownTo: 9, puts: 99, losesLastWrite: false },
        ]) {
          seen = Math.max(seen, grownTo);
          const batch = pendingChanges(cursor, where, grown(seen)).slice(0, puts);
          stream.push(...ids(batch));
          cursor = (losesLastWrite ? batch.slice(0, -1) : batch).reduce(afterEvent, cursor);
          cursor = settle(cursor, grown(seen), epochMs(start));
        }
        expect([...new Set(stream)]).toEqual(entries);
      }),
    );
  });
});

describe('an entry of a kind that is not known', () => {
  const types = ['DEPLOYMENT_STARTED', 'OTHER', 'PERCENTAGE_UPDATED', 'ROLLBACK_COMPLETED', 'OTHER'] as const;
  const item = deployment(
    7,
    'ROLLED_BACK',
    types.map((type, index) => ({ type, atMs: start + index })),
  );

  it('is told of by no event, and moves nobody', () => {
    const cursor = startOfChanges('app/staging/gameplay');
    const events = pendingChanges(cursor, where, [item]);
    expect(events.map(({ data }) => data.ordinal)).toEqual([0, 2, 3]);
    const told = events.reduce(afterEvent, cursor);
    expect(pendingChanges(told, where, [item])).toEqual([]);
  });

  it('keeps no deployment open, be it the last of its log', () => {
    const cursor = startOfChanges('app/staging/gameplay');
    const events = pendingChanges(cursor, where, [item]);
    const [first, second, third] = events.map((_, index) =>
      events.slice(0, index + 1).reduce(afterEvent, cursor),
    );
    const now = epochMs(start + 10);
    const through = [first, second, third].map((at) => at && settle(at, [item], now).settledThrough);
    expect(through).toEqual([6, 6, 7]);
  });
});

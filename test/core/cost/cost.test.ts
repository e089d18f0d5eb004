import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { billOf } from '../../../core/cost/bill.js';
import { headroomOf, nodesWithin } from '../../../core/cost/limits.js';
import { design, type FleetPlanInput, fleetPlanSchema } from '../../../core/cost/plan.js';
import { ratesOf } from '../../../core/cost/rates.js';
import { costServices, termsOf } from '../../../core/cost/terms.js';
import { readIntervalMs } from '../../../core/ownership/lease.js';

const plan = (input: FleetPlanInput) => fleetPlanSchema.parse(input);
const quiet = { changesPerDay: 0, newsPerNodeHour: 0 };
const routing = { partitions: 1_024, generationsPerHour: 0, rostersPerHour: 0 };

describe('what a fleet asks of AWS a second', () => {
  it('polls, and receives what changes', () => {
    const rates = ratesOf(plan({ nodes: 1_200, profiles: 2, changesPerDay: 9, startsPerDay: 86_400 }));
    expect(rates.polls).toBeCloseTo(40, 9);
    expect(rates.received).toBeCloseTo(0.25 + 1, 9);
  });

  it('reports, by records or by bytes, whatever fills shards first', () => {
    expect(ratesOf(plan({ nodes: 4_000 }))).toMatchObject({ records: 800, payloadUnits: 800, shards: 1 });
    expect(ratesOf(plan({ nodes: 4_001 })).shards).toBe(2);
    expect(ratesOf(plan({ nodes: 4_000, reportBytes: 2_100 })).shards).toBe(3);
    expect(ratesOf(plan({ nodes: 1_000, reportBytes: 26_000 })).payloadUnits).toBe(400);
  });

  it('puts the reports of a relay into one record', () => {
    const rates = ratesOf(plan({ nodes: 10_000, nodesPerRelay: 100, reportBytes: 500 }));
    expect(rates).toMatchObject({ records: 20, payloadUnits: 40, shards: 2 });
    expect(rates.polls).toBeCloseTo(100 / 60, 9);
  });

  it('writes heartbeats by the size of the shard, 30 to 300 s, a tenth early and half a report late', () => {
    const writes = (nodes: number) => ratesOf(plan({ nodes, ...quiet })).recordWrites / nodes;
    expect(writes(20)).toBeCloseTo(1 / 29.5, 9);
    expect(writes(500)).toBeCloseTo(1 / 137.5, 9);
    expect(writes(4_000)).toBeCloseTo(1 / 272.5, 9);
    // Two shards of 2,500 each.
    expect(writes(5_000)).toBeCloseTo(1 / 272.5, 9);
  });

  it('writes news, and puts heartbeats off for it', () => {
    const writes = ratesOf(plan({ nodes: 1, changesPerDay: 0, newsPerNodeHour: 3_600 })).recordWrites;
    expect(writes).toBeCloseTo(1, 6);
  });

  it('writes every report of a node that went over to a version, and quicker while one is on its way', () => {
    const writes = (changesPerDay: number) =>
      ratesOf(plan({ nodes: 1_000, changesPerDay, newsPerNodeHour: 0, rolloutMs: 9 * 60_000 })).recordWrites;
    // 18 reports of each node, and 24 of 1,440 minutes at 29.5 s instead of 272.5.
    const young = (1_000 * 18) / 86_400;
    const share = 24 / 1_440;
    expect(writes(1)).toBeCloseTo(young + 1_000 * (share / 29.5 + (1 - share) / 272.5), 9);
    // All day long.
    expect(writes(100)).toBeCloseTo(100 * young + 1_000 / 29.5, 6);
  });

  it('writes liveness every two seconds, and with each batch that has news', () => {
    const of = (newsPerNodeHour: number) =>
      ratesOf(plan({ nodes: 1_000, changesPerDay: 0, newsPerNodeHour }));
    // A batch takes 1.045 s, so every second one finds it due.
    expect(of(0).batches).toBeCloseTo(1 / 1.045, 9);
    expect(of(0).livenessWrites).toBeCloseTo(1 / 2.09, 9);
    expect(of(3_600).livenessWrites).toBeCloseTo(1 / 1.045, 6);
  });

  it('counts units by kilobytes: records of two, liveness of 8 bytes a node', () => {
    const rates = ratesOf(plan({ nodes: 1_000, recordBytes: 1_025, ...quiet }));
    expect(rates.ingestWriteUnits).toBeCloseTo(2 * rates.recordWrites + 8 * rates.livenessWrites, 9);
  });

  it('takes full batches of 500 where more comes in a window', () => {
    // 800 records a second on one shard: 500 in 0.625 s, of which they are handled in 75 ms.
    expect(ratesOf(plan({ nodes: 4_000 })).batches).toBeCloseTo(1 / 0.625, 9);
  });

  it('asks nothing for routing where there is none', () => {
    expect(ratesOf(plan({ nodes: 1_000 }))).toMatchObject({
      runs: 0,
      headReadUnits: 0,
      tableReadUnits: 0,
      functionReadUnits: 0,
      routingWriteUnits: 0,
      assignConcurrency: 0,
    });
  });

  const moving = (movedShare: number) =>
    ratesOf(
      plan({
        nodes: 100,
        routing: { partitions: 1_024, generationsPerHour: 36, rostersPerHour: 18, movedShare },
      }),
    );

  it('reads the head twice in four seconds, and nothing more where little changes', () => {
    const rates = moving(0.01);
    expect(rates.headReadUnits).toBe(50);
    // 1,024 · 9 + 100 · 40 bytes are 13 write units and two read units, as they may be a moment ago; 4,800 of roster 5 and 1.
    expect(rates.unitsPerTable).toBe(3);
    expect(rates.tableReadUnits).toBe(0);
    // 200 + 11 · 6 + 22 · 4 bytes, and 252 of the roster, leave the head one unit to write.
    expect(rates.routingWriteUnits).toBeCloseTo(0.5 + 0.01 * (1 + 26) + 0.005 * (1 + 10), 9);
    expect(rates.runs).toBe(0.25);
    expect(rates.assignConcurrency).toBeCloseTo(0.25 * 0.07, 9);
  });

  it('reads what changed beside the head where that is more, and never more than all', () => {
    // 200 + 512 · 6 + 100 · 4 bytes are one unit, at half price, as are 200 + 50 · 52.
    const half = moving(0.5);
    expect(half.tableReadUnits).toBeCloseTo(100 * (0.01 * 0.5 + 0.005 * 0.5), 9);
    expect(half.routingWriteUnits).toBeCloseTo(0.5 + 0.01 * (1 + 26 + 8) + 0.005 * (1 + 10 + 6), 9);
    // All of the roster is as much as what changed of it: it is not written twice.
    const all = moving(1);
    expect(all.tableReadUnits).toBeCloseTo(100 * (0.01 + 0.005), 9);
    expect(all.routingWriteUnits).toBeCloseTo(0.5 + 0.01 * (1 + 26 + 14) + 0.005 * (1 + 10), 9);
  });
});

describe('the bill', () => {
  it('is list prices times a month of 730 hours', () => {
    const bill = billOf(plan({ nodes: 1_000, ...quiet, changesPerDay: 10 }));
    // 16.67 polls a second at $0.20 a million, and 10,000 configurations a day at $0.0008.
    expect(bill.appConfig).toBeCloseTo(8.76 + 243.333, 2);
    // One shard, and 200 records a second.
    expect(bill.kinesis).toBeCloseTo(10.95 + 7.358, 2);
    expect(bill.total).toBeCloseTo(
      bill.appConfig + bill.kinesis + bill.dynamoDb + bill.lambda + bill.cloudWatch,
      9,
    );
    expect(bill.perNode).toBeCloseTo(bill.total / 1_000, 12);
  });

  it('has a million head reads for 12.5 cents', () => {
    const [on, off] = [{ routing }, {}].map((more) => billOf(plan({ nodes: 2_000, ...quiet, ...more })));
    const reads = 1_000 * 2_628_000 * 0.125e-6;
    expect((on?.dynamoDb ?? 0) - (off?.dynamoDb ?? 0)).toBeGreaterThan(reads);
    expect((on?.dynamoDb ?? 0) - (off?.dynamoDb ?? 0)).toBeLessThan(1.35 * reads);
  });

  it('of a fleet that does nothing is what stands there', () => {
    const least = billOf(plan({ nodes: 1, pollIntervalMs: 1e9, reportIntervalMs: 1e9, ...quiet }));
    expect(least.kinesis).toBeCloseTo(10.95, 2);
    expect(least.cloudWatch).toBeCloseTo(0.3 * 60 + 0.1 * 30, 2);
    expect(least.total).toBeLessThan(32.01);
  });

  const plans = fc
    .record({
      nodes: fc.integer({ min: 1, max: 1_000_000 }),
      profiles: fc.integer({ min: 1, max: 10 }),
      changesPerDay: fc.double({ min: 0, max: 50, noNaN: true }),
      newsPerNodeHour: fc.double({ min: 0, max: 600, noNaN: true }),
      reportIntervalMs: fc.integer({ min: 1_000, max: 60_000 }),
      routed: fc.boolean(),
    })
    .map(({ routed, ...rest }) => plan({ ...rest, ...(routed && { routing: { partitions: 4_096 } }) }));

  it('never falls with more nodes, more changes, more news, more reports', () => {
    fc.assert(
      fc.property(plans, fc.double({ min: 1, max: 4, noNaN: true }), (one, factor) => {
        const { total } = billOf(one);
        expect(billOf({ ...one, nodes: Math.ceil(one.nodes * 2 * factor) }).total).toBeGreaterThan(total);
        expect(
          billOf({ ...one, changesPerDay: one.changesPerDay * factor }).appConfig,
        ).toBeGreaterThanOrEqual(billOf(one).appConfig);
        expect(billOf({ ...one, profiles: one.profiles + 1 }).total).toBeGreaterThan(total);
        expect(
          ratesOf({ ...one, newsPerNodeHour: one.newsPerNodeHour * factor }).recordWrites,
        ).toBeGreaterThanOrEqual(ratesOf(one).recordWrites * (1 - 1e-9));
      }),
      { numRuns: 300 },
    );
  });

  it('counts every shard, and every read of a node', () => {
    const many = termsOf(plan({ nodes: 20_000, ...quiet }));
    expect(many.find(({ of }) => of === 'hours of a shard')?.perMonth).toBe(5 * 730);
    const generations = { partitions: 1_024, generationsPerHour: 36, rostersPerHour: 18, movedShare: 0.5 };
    const moving = termsOf(plan({ nodes: 100, routing: generations }));
    // 50 of heads, and half a unit of each table and roster for a hundred nodes.
    expect(moving.find(({ of }) => of === 'read units of nodes')?.perMonth).toBeCloseTo(2_628_000 * 50.75, 3);
  });

  it('is the sum of its terms, each so many times a price', () => {
    fc.assert(
      fc.property(plans, (one) => {
        const [bill, terms] = [billOf(one), termsOf(one)];
        for (const { perMonth, priceUsd, usd } of terms) {
          expect(perMonth).toBeGreaterThanOrEqual(0);
          expect(usd).toBeCloseTo(perMonth * priceUsd, 9);
        }
        for (const service of costServices) {
          const own = terms.filter((term) => term.service === service);
          expect(own.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(bill[service], 6);
        }
        expect(terms.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(bill.total, 6);
      }),
      { numRuns: 200 },
    );
  });

  it('never has more record writes than reports, and news', () => {
    fc.assert(
      fc.property(plans, (one) => {
        const steady = { ...one, changesPerDay: 0 };
        const { recordWrites, records, livenessWrites, batches } = ratesOf(steady);
        expect(recordWrites * (1 - 1e-9)).toBeLessThanOrEqual(
          records + (one.nodes * one.newsPerNodeHour) / 3_600,
        );
        expect(livenessWrites).toBeLessThanOrEqual(batches * (1 + 1e-9));
      }),
      { numRuns: 300 },
    );
  });
});

describe('limits', () => {
  it('are met where the arithmetic says', () => {
    const routed = (nodes: number) => plan({ nodes, routing: { partitions: 1_024 } });
    expect(nodesWithin('deployed-shards', routed)).toBe(4_000);
    expect(nodesWithin('head-reads', routed)).toBe(6_000);
    expect(nodesWithin('run-in-turn', routed)).toBe(39_400);
    expect(nodesWithin('run-at-all', routed)).toBe(199_400);
    expect(nodesWithin('head-reads', (nodes) => plan({ nodes }))).toBeUndefined();
  });

  it('let every node fetch all, or all that changes at most, between two reads of the head', () => {
    const routed = (nodes: number) => plan({ nodes, routing: { partitions: 16_384 } });
    const most = nodesWithin('table-fetches', routed) ?? 0;
    // 19.5 units of table, two of roster and one of head, by half of the nodes a second.
    expect(ratesOf(routed(most)).unitsPerTable).toBe(21.5);
    expect(most).toBe(266);
    // 1,475 partitions of all nodes are two units, 135 nodes of the roster one.
    expect(nodesWithin('change-fetches', routed)).toBe(1_500);
    expect(headroomOf(routed(most)).find(({ name }) => name === 'table-fetches')?.used).toBeLessThanOrEqual(
      3_000,
    );
  });
});

it('reads the head as often as routers do', () => {
  expect(design.headReadEveryMs).toBe(readIntervalMs);
});

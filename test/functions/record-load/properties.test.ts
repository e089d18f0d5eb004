import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldReport, type NodeRecord } from '../../../core/fleet/node-records.js';
import { whyWrite } from '../../../core/fleet/write-pace.js';
import { epochMs } from '../../../core/time.js';
import { batch, json, nowMs, recorder, report, stage } from './recorder.js';

const cluster = 'app/staging';
const done = { batchItemFailures: [] };

const recordOf = async (on: ReturnType<typeof stage>, node: string) =>
  (await on.stored.list(cluster)).find((record) => record.node === node);

describe('record-load, however its reports are cut into batches', () => {
  const nodes = ['n-1', 'n-2', 'n-3'];
  const sent = fc.array(
    fc.record({
      node: fc.constantFrom(...nodes),
      incarnation: fc.constantFrom('a', 'b'),
      health: fc.constantFrom('ready', 'ready', 'degraded'),
      load: fc.constantFrom(0.5, 0.52, 0.54, 0.9),
    }),
    { maxLength: 25 },
  );
  type Sent = (typeof sent extends fc.Arbitrary<infer Items> ? Items : never)[number];
  /** How many reports make a batch, how often it is handed over, and to which container: 2 has just started. */
  const cuts = fc.array(
    fc.record({
      size: fc.integer({ min: 1, max: 5 }),
      times: fc.integer({ min: 1, max: 2 }),
      container: fc.integer({ min: 0, max: 2 }),
    }),
  );

  const reportOf = ({ node, ...changes }: Sent, index: number) => report(node, index + 1, changes);

  function foldAll(items: readonly Sent[]) {
    const records = new Map<string, NodeRecord>();
    for (const [index, item] of items.entries()) {
      const fold = foldReport(records.get(item.node), reportOf(item, index), epochMs(nowMs + index * 1000));
      if (fold.kind === 'changed') records.set(item.node, fold.record);
    }
    return records;
  }

  it('keeps records that say what a single fold over all of them says', async () => {
    await fc.assert(
      fc.asyncProperty(sent, cuts, async (items, pieces) => {
        const on = stage();
        const containers = [recorder({ on }), recorder({ on })];
        const puts = items.map((item, index) => json(reportOf(item, index), index));
        let arrived = 0;
        for (const { size, times, container } of [...pieces, { size: 25, times: 1, container: 0 }]) {
          const next = puts.splice(0, size);
          arrived += next.length;
          on.setNow(arrived * 1000);
          const at = containers[container] ?? recorder({ on });
          for (let time = 0; time < times; time++) expect(await at.handle(batch(...next))).toEqual(done);
        }
        const read = await on.stored.read(cluster, nodes);
        const whole = foldAll(items);
        expect([...read.keys()].toSorted()).toEqual([...whole.keys()].toSorted());
        for (const [node, { record, asOfMs }] of read) {
          const full = whole.get(node);
          if (!record || !full || asOfMs === undefined) throw new Error('must have been read');
          const around = { nodes: 3, movedAtMs: undefined };
          expect(whyWrite({ record, asOfMs }, full, around)).toBeUndefined();
          expect(record.retired).toEqual(full.retired);
          expect(record.since).toBe(full.since);
          expect(record.arrivedAtMs).toBeGreaterThanOrEqual(asOfMs);
          expect(record.arrivedAtMs).toBeLessThanOrEqual(full.arrivedAtMs);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('shows every node as it was heard last, two seconds later', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5 }));
    await fc.assert(
      fc.asyncProperty(sent, sizes, async (items, pieces) => {
        const on = stage();
        const one = recorder({ on });
        const puts = items.map((item, index) => json(reportOf(item, index), index));
        let arrived = 0;
        for (const size of [...pieces, 25]) {
          const next = puts.splice(0, size);
          arrived += next.length;
          on.setNow(arrived * 1000);
          await one.handle(batch(...next));
        }
        on.setNow(arrived * 1000 + 2_000);
        await one.handle(batch(json(report('another', 1), arrived + 2)));
        for (const [node, { arrivedAtMs }] of foldAll(items)) {
          const age = arrivedAtMs - ((await recordOf(on, node))?.arrivedAtMs ?? 0);
          expect(age).toBeGreaterThanOrEqual(0);
          expect(age).toBeLessThan(64);
        }
      }),
      { numRuns: 200 },
    );
  });
});

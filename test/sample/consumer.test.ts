import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHandler } from '../../sample/consumer/handler.js';

type Batch = { Records: { kinesis: { sequenceNumber: string; data: string } }[] };

const completed = 'dev.veltrix.deployment.completed';
const rolledBack = 'dev.veltrix.deployment.rolled-back';

const change = (id: string, type: string = completed) => ({
  id,
  type,
  subject: 'treasure-hunt/production/gameplay',
  data: { version: 12, description: 'errors doubled', author: 'anna', reason: 'longer hunts', moon: 'full' },
});

const bytes = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');

/** Records are numbered from 0, so an answer says which one it means. */
const batch = (...records: unknown[]): Batch => ({
  Records: records.map((record, index) => ({
    kinesis: { sequenceNumber: String(index), data: bytes(record) },
  })),
});

const failedAt = (sequenceNumber: string) => ({ batchItemFailures: [{ itemIdentifier: sequenceNumber }] });
const allHandled = { batchItemFailures: [] };

/** A consumer, what it told under which key, and what it logged. `fails` says which attempts fail. */
function consumer(fails: (attempt: number) => boolean = () => false) {
  const [told, logged]: [{ line: string; key: string }[], string[]] = [[], []];
  let attempt = 0;
  const handle = createHandler({
    announce: async (line, key) => {
      if (fails(attempt++)) throw new Error('answered 503');
      told.push({ line, key });
    },
    log: (line) => logged.push(line),
  });
  return { handle, told, logged };
}

describe('the example consumer', () => {
  it('announces what is everywhere and what was rolled back, with the reasons people gave', async () => {
    const { handle, told } = consumer();
    expect(await handle(batch(change('a#1.4'), change('a#2.3', rolledBack)))).toEqual(allHandled);
    expect(told).toEqual([
      {
        line: 'treasure-hunt/production/gameplay version 12 is everywhere: longer hunts (anna)',
        key: 'a#1.4',
      },
      {
        line: 'treasure-hunt/production/gameplay version 12 was rolled back: errors doubled (anna had published it: longer hunts)',
        key: 'a#2.3',
      },
    ]);
  });

  it.each([
    'dev.veltrix.deployment.started',
    'dev.veltrix.deployment.progressed',
    'dev.veltrix.deployment.rolling-back',
    'dev.veltrix.node.restarted',
  ])('is silent about %s, now known or not', async (type) => {
    const { handle, told, logged } = consumer();
    expect(await handle(batch(change('a#1.0', type)))).toEqual(allHandled);
    expect([told, logged]).toEqual([[], []]);
  });

  it('goes past what is no event, and says so', async () => {
    const { handle, told, logged } = consumer();
    expect(await handle(batch('no JSON', { id: 7 }, change('a#1.4')))).toEqual(allHandled);
    expect(told.map(({ key }) => key)).toEqual(['a#1.4']);
    expect(logged).toEqual(['record 0 is no change event', 'record 1 is no change event']);
  });

  it('stops at the first that it cannot announce, and goes on from there', async () => {
    const { handle, told, logged } = consumer((attempt) => attempt === 1);
    const [a, b, c] = [change('a#1.4'), change('b#1.4'), change('c#1.4')];
    expect(await handle(batch(a, b, c))).toEqual(failedAt('1'));
    expect(logged).toEqual(['could not announce b#1.4: Error: answered 503']);
    expect(await handle(batch(b, c))).toEqual(allHandled);
    expect(told.map(({ key }) => key)).toEqual(['a#1.4', 'b#1.4', 'c#1.4']);
  });

  it('announces an id once, also when a whole batch comes again', async () => {
    const { handle, told } = consumer();
    const again = batch(change('a#1.4'), change('a#1.4'), change('b#1.4'));
    await handle(again);
    await handle(again);
    expect(told.map(({ key }) => key)).toEqual(['a#1.4', 'b#1.4']);
  });

  it('remembers the last thousand ids', async () => {
    const { handle, told } = consumer();
    const many = Array.from({ length: 1001 }, (_, index) => change(`a#${index}.4`));
    await handle(batch(...many));
    await handle(batch(many[1000], many[1], many[0]));
    expect(told.slice(1001).map(({ key }) => key)).toEqual(['a#0.4']);
  });

  it('refuses what is no batch', async () => {
    await expect(consumer().handle({ advance: true })).rejects.toThrow();
  });

  it('announces everything in order and once, whatever fails, when Lambda comes again', async () => {
    const runs = fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 }),
      fc.array(fc.boolean(), { maxLength: 20 }),
      async (numbers, failures) => {
        const { handle, told } = consumer((attempt) => failures[attempt] ?? false);
        let left = numbers.map((number) => change(`a#${number}.4`));
        while (left.length > 0) {
          const { batchItemFailures } = await handle(batch(...left));
          const [failed] = batchItemFailures;
          left = failed ? left.slice(Number(failed.itemIdentifier)) : [];
        }
        expect(told.map(({ key }) => key)).toEqual([...new Set(numbers.map((number) => `a#${number}.4`))]);
      },
    );
    await fc.assert(runs, { numRuns: 300 });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realClock } from '../../../local/kernel/clock.js';
import { createMetrics, samplesOf, sanitize } from '../../../local/services/lambda/output/metrics.js';
import { outputMark } from '../../../local/services/lambda/runtime/bootstrap.js';
import { createLineReader } from '../../../local/services/lambda/runtime/lines.js';
import { startWorld, type World } from './world.js';

const embedded = (values: Record<string, unknown>, unit = 'Count') =>
  JSON.stringify({
    _aws: {
      Timestamp: 0,
      CloudWatchMetrics: [
        {
          Namespace: 'Shop/Orders',
          Dimensions: [['service']],
          Metrics: [{ Name: 'OrdersTaken', Unit: unit }],
        },
      ],
    },
    service: 'till "one"',
    ...values,
  });

describe('metrics', () => {
  it('sums counters and shows dimensions as labels', () => {
    const metrics = createMetrics();
    metrics.absorb(embedded({ OrdersTaken: 2 }));
    metrics.absorb(embedded({ OrdersTaken: [3, 4] }));
    expect(metrics.render()).toBe(
      [
        '# TYPE shop_orders_orders_taken_total counter',
        'shop_orders_orders_taken_total{service="till \\"one\\""} 9',
        '# TYPE shop_orders_orders_taken gauge',
        'shop_orders_orders_taken{service="till \\"one\\""} 4',
        '# TYPE local_metric_samples_dropped_total counter',
        'local_metric_samples_dropped_total 0',
        '',
      ].join('\n'),
    );
  });

  it('keeps sum and count of what is no counter', () => {
    const metrics = createMetrics();
    metrics.absorb(embedded({ OrdersTaken: 20 }, 'Milliseconds'));
    metrics.absorb(embedded({ OrdersTaken: 30 }, 'Milliseconds'));
    expect(metrics.render()).toContain('shop_orders_orders_taken_summary_sum{service="till \\"one\\""} 50\n');
    expect(metrics.render()).toContain(
      'shop_orders_orders_taken_summary_count{service="till \\"one\\""} 2\n',
    );
  });

  it.each([
    ['text', 'hello'],
    ['JSON without metrics', '{"level":"INFO"}'],
    ['broken JSON that speaks of CloudWatchMetrics', '{"CloudWatchMetrics"'],
    ['a metric without a value', embedded({})],
  ])('takes nothing from %s', (_, line) => {
    expect(samplesOf(line).flatMap((sample) => sample.values)).toEqual([]);
  });

  it('reads a metric behind the prefix that console.log writes', () => {
    expect(samplesOf(`2026-01-01T00:00:00.000Z\tid\tINFO\t${embedded({ OrdersTaken: 1 })}`)).toHaveLength(1);
  });

  it.each([
    ['OrdersTaken', 'orders_taken'],
    ['AWS/Lambda_Errors', 'aws_lambda_errors'],
    ['p99 (ms)', 'p99_ms'],
    ['2nd', '_2nd'],
  ])('names %s so that Prometheus takes it', (name, expected) => {
    expect(sanitize(name)).toBe(expected);
  });

  it('bounds the number of series and counts what it drops', () => {
    const metrics = createMetrics();
    for (let index = 0; index < 5_001; index++)
      metrics.add({
        namespace: 'n',
        name: 'm',
        unit: 'Count',
        dimensions: { index: String(index) },
        values: [1],
      });
    expect(metrics.render()).toContain('local_metric_samples_dropped_total 1\n');
  });
});

describe('a process’s output', () => {
  const read = () => {
    const lines: string[] = [];
    return { lines, reader: createLineReader((line) => lines.push(line)) };
  };

  it('is cut into lines, wherever the chunks end', () => {
    const { lines, reader } = read();
    const bytes = Buffer.from('één\ntwo\n\nfour');
    for (const byte of bytes) reader.push(Buffer.from([byte]));
    expect(lines).toEqual(['één', 'two', '']);
  });

  it('ends with the mark, which is not shown, even behind an unfinished line', async () => {
    const { lines, reader } = read();
    const ended = reader.ended('id');
    reader.push(Buffer.from(`unfinished${outputMark}id\nnext\n`));
    await ended;
    expect(lines).toEqual(['unfinished', 'next']);
  });

  it('is cut when a line has no end', () => {
    const { lines, reader } = read();
    reader.push(Buffer.alloc(300 * 1024, 'x'));
    expect(lines.map((line) => line.length)).toEqual([262_144]);
  });
});

describe('a function’s log', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  it('has AWS’s frame and prefixes, keeps several lines of one message together, and is kept by CloudWatch Logs', async () => {
    await world.create(
      'talker',
      `export const handler = async () => {
         console.log('hello %s', 'you');
         console.error('two\\nlines');
         process.stdout.write('raw\\n');
         process.stderr.write('beside\\n');
       };`,
    );
    world.lines.length = 0;
    await world.invoke('talker');
    await world.lambda.settled();
    const id =
      /^START RequestId: (?<id>\S+) Version: \$LATEST$/.exec(world.lines[0] ?? '')?.groups?.['id'] ?? '';
    const standardOut = world.lines.filter((line) => line !== 'beside');
    expect(standardOut).toEqual([
      `START RequestId: ${id} Version: $LATEST`,
      `2026-01-01T00:00:00.${standardOut[1]?.slice(20, 23)}Z\t${id}\tINFO\thello you`,
      `2026-01-01T00:00:00.${standardOut[2]?.slice(20, 23)}Z\t${id}\tERROR\ttwo\nlines`,
      'raw',
      `END RequestId: ${id}`,
      expect.stringMatching(`^REPORT RequestId: ${id}\tDuration: `),
    ]);
    expect(world.lines).toContain('beside');
    const input = { logGroupName: '/aws/lambda/talker' };
    const { events } = await world.aws.call<{ events: { message: string }[] }>(
      'logs',
      'FilterLogEvents',
      input,
    );
    expect(events.map((event) => event.message)).toEqual(expect.arrayContaining(world.lines));
  });

  it('shows its last 4 KiB to who asks for the tail, however much was written', async () => {
    const source =
      "export const handler = async () => { for (let n = 0; n < 20_000; n++) process.stdout.write(n + '\\n'); };";
    await world.create('chatty', source);
    const input = { FunctionName: 'chatty', LogType: 'Tail' };
    const { LogResult } = await world.aws.call<{ LogResult: string }>('lambda', 'Invoke', input);
    const tail = Buffer.from(LogResult, 'base64').toString();
    expect(Buffer.byteLength(tail)).toBe(4096);
    expect(tail).toMatch(/\n19999\nEND RequestId: \S+\nREPORT .*\n$/);
    // Once: the process asks for its next event long before all of this is read.
    expect(world.lines.filter((line) => line === '19999')).toHaveLength(1);
  });

  it('is JSON when the function asks for it', async () => {
    await world.create('structured', 'export const handler = async () => console.warn({ a: 1 });', {
      LoggingConfig: { LogFormat: 'JSON' },
    });
    world.lines.length = 0;
    await world.invoke('structured');
    const parsed = world.lines.map((line) => JSON.parse(line));
    expect(parsed).toMatchObject([
      { type: 'platform.start' },
      { level: 'WARN', message: { a: 1 } },
      { type: 'platform.report', record: { status: 'success' } },
    ]);
  });

  it('feeds metrics', async () => {
    const line = embedded({ OrdersTaken: 5 });
    const source = `export const handler = async () => process.stdout.write(${JSON.stringify(`${line}\n`)});`;
    await world.create('counting', source);
    await world.invoke('counting');
    expect(world.lambda.metrics()).toContain('shop_orders_orders_taken_total{service="till \\"one\\""} 5');
    expect(world.lambda.metrics()).toContain('aws_lambda_invocations_total{function_name="counting"} 1');
  });
});

describe('time in a function', () => {
  const source = `
    const loadedMs = Date.now();
    export const handler = async (event, context) => ({
      loadedMs,
      nowMs: Date.now(),
      viaNew: new Date().getTime(),
      year: new Date(2020, 5).getFullYear(),
      isDate: new Date() instanceof Date && new Date().constructor === Date,
      leftMs: context.getRemainingTimeInMillis(),
    });`;

  it('is the local AWS’s when its clock is not the machine’s', async () => {
    const world = await startWorld();
    await world.create('clock', source, { Timeout: 10 });
    const first = (await world.invoke('clock')).answer as Record<string, number>;
    await world.clock.advance(86_400_000);
    const second = (await world.invoke('clock')).answer as Record<string, number>;
    await world.close();
    const startMs = Date.UTC(2026, 0, 1);
    for (const [value, expectedMs] of [
      [first['loadedMs'], startMs],
      [first['nowMs'], startMs],
      [first['viaNew'], startMs],
      [second['nowMs'], startMs + 86_400_000],
    ] as const) {
      expect(value).toBeGreaterThanOrEqual(expectedMs);
      expect(value).toBeLessThan(expectedMs + 5_000);
    }
    expect(first).toMatchObject({ year: 2020, isDate: true });
    expect(first['leftMs']).toBeGreaterThan(5_000);
    expect(first['leftMs']).toBeLessThanOrEqual(10_000);
  });

  it('is the machine’s own when the clock is', async () => {
    const world = await startWorld({ clock: realClock });
    await world.create('clock', 'export const handler = async () => [Date.now(), Date.name, String(Date)];');
    const beforeMs = Date.now();
    const { answer } = await world.invoke('clock');
    await world.close();
    const [nowMs, , text] = answer as [number, string, string];
    expect(nowMs).toBeGreaterThanOrEqual(beforeMs);
    expect(nowMs).toBeLessThanOrEqual(Date.now());
    expect(text).toBe('function Date() { [native code] }');
  });
});

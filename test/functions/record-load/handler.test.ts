import { describe, expect, it } from 'vitest';
import { foldReport, type NodeRecord, type NodeRecords } from '../../../core/fleet/node-records.js';
import { epochMs } from '../../../core/time.js';
import { batch, json, nowMs, recorder, report } from './recorder.js';

const done = { batchItemFailures: [] };
const failedAt = (sequenceNumber: number) => ({
  batchItemFailures: [{ itemIdentifier: String(sequenceNumber) }],
});

describe('record-load', () => {
  it('records what the newest report of each node says, and when it arrived', async () => {
    const { handle, stored, counts } = recorder();
    const event = batch(
      json(report('n-1', 1), 0.001),
      json(report('n-2', 1, { load: 0.9 }), 0.5),
      json(report('n-1', 2, { load: 0.7 }), 1.234),
    );
    expect(await handle(event)).toEqual(done);
    const listed = await stored.list('app/staging');
    expect(
      listed.map(({ node, sequence, load, arrivedAtMs, since }) => [
        node,
        sequence,
        load,
        arrivedAtMs,
        since,
      ]),
    ).toEqual([
      ['n-1', 2, 0.7, nowMs + 1234, nowMs + 1],
      ['n-2', 1, 0.9, nowMs + 500, nowMs + 500],
    ]);
    expect(counts()).toEqual({ ReportsReceived: 3, NodeRecordsWritten: 2, LivenessWritten: 1 });
  });

  it('writes each node once, however often it reported', async () => {
    let writes = 0;
    const { handle } = recorder({
      records: (records) => ({
        ...records,
        write: (record, over) => {
          writes += 1;
          return records.write(record, over);
        },
      }),
    });
    await handle(batch(...[1, 2, 3, 4, 5].map((sequence) => json(report('n-1', sequence)))));
    expect(writes).toBe(1);
  });

  it('changes nothing when it is handed the same batch again', async () => {
    const { handle, stored, counts } = recorder();
    const event = batch(json(report('n-1', 1)), json(report('n-1', 2), 1));
    await handle(event);
    const before = await stored.read('app/staging', ['n-1']);
    expect(await handle(event)).toEqual(done);
    expect(await stored.read('app/staging', ['n-1'])).toEqual(before);
    expect(counts()).toEqual({
      ReportsReceived: 4,
      NodeRecordsWritten: 1,
      ReportsStale: 2,
      LivenessWritten: 1,
    });
  });

  it('keeps clusters apart', async () => {
    const { handle, stored } = recorder();
    await handle(batch(json(report('n-1', 1)), json(report('n-1', 7, { cluster: 'app/production' }))));
    expect((await stored.list('app/staging')).map((record) => record.sequence)).toEqual([1]);
    expect((await stored.list('app/production')).map((record) => record.sequence)).toEqual([7]);
  });

  it('handles an empty batch', async () => {
    const { handle } = recorder();
    expect(await handle({ Records: [] })).toEqual(done);
  });

  it('refuses an event of another kind', async () => {
    await expect(recorder().handle({ source: 'aws.events' })).rejects.toThrow();
  });

  it('warns of two processes under one name', async () => {
    const { handle, lines } = recorder();
    const of = (incarnation: string, sequence: number) =>
      json(report('n-1', sequence, { incarnation }), sequence);
    await handle(batch(of('a', 1), of('b', 2)));
    expect(lines()).not.toContain('two processes');
    await handle(batch(of('a', 3), of('b', 4), of('a', 5), of('b', 6), of('a', 7)));
    expect(lines()).toContain(
      'warn two processes report under one name {"cluster":"app/staging","node":"n-1"}',
    );
  });
});

describe('record-load, given records that are no reports', () => {
  it.each([
    {
      name: 'text',
      data: Buffer.from('hello'),
      reason: 'is not JSON in UTF-8',
      content: 'hello',
      encoding: 'utf8',
    },
    {
      name: 'bytes',
      data: Buffer.from([0xff, 0x00]),
      reason: 'is not JSON in UTF-8',
      content: '/wA=',
      encoding: 'base64',
    },
    { name: 'nothing', data: Buffer.alloc(0), reason: 'is not JSON in UTF-8', content: '', encoding: 'utf8' },
    {
      name: 'another form',
      data: Buffer.from('{"form":2}'),
      reason: 'form is 2, expected 1; cluster is missing',
      content: '{"form":2}',
      encoding: 'utf8',
    },
    {
      name: 'too many bytes',
      data: Buffer.from(JSON.stringify('x'.repeat(32_767))),
      reason: 'is 32769 bytes, expected at most 32768',
      content: `"${'x'.repeat(32_767)}"`,
      encoding: 'utf8',
    },
  ])(
    'sends $name to the dead letters, with its reason, and goes on',
    async ({ data, reason, content, encoding }) => {
      const { handle, stored, letters, counts } = recorder();
      const event = batch(json(report('n-1', 1)), { data }, json(report('n-1', 2)));
      expect(await handle(event)).toEqual(done);
      expect(letters).toEqual([
        {
          source: 'record-load',
          reason: expect.stringContaining(reason),
          position: 'shardId-000000000000:101',
          content,
          encoding,
          truncated: false,
        },
      ]);
      expect((await stored.list('app/staging'))[0]?.sequence).toBe(2);
      expect(counts()).toEqual({
        ReportsReceived: 3,
        ReportsRefused: 1,
        NodeRecordsWritten: 1,
        LivenessWritten: 1,
      });
    },
  );

  it('cuts content that is too long for a letter, and says so', async () => {
    const { handle, letters } = recorder();
    await handle(batch({ data: Buffer.from('x'.repeat(200_000)) }));
    expect(letters[0]?.content).toBe('x'.repeat(131_072));
    expect(letters[0]?.truncated).toBe(true);
  });

  it('keeps a reason short, however long the sender’s keys are', async () => {
    const { handle, letters } = recorder();
    await handle(batch(json({ ...report('n-1', 1), profiles: { ['k'.repeat(20_000)]: 1 } })));
    expect(letters[0]?.reason.length).toBe(1000);
  });

  it('asks for the batch again from a letter that could not be sent', async () => {
    const { handle, faults, letters } = recorder();
    faults.letters = true;
    const event = batch(json(report('n-1', 1)), { data: Buffer.from('x') }, { data: Buffer.from('y') });
    expect(await handle(event)).toEqual(failedAt(101));
    faults.letters = false;
    expect(await handle(event)).toEqual(done);
    expect(letters).toHaveLength(2);
  });
});

describe('record-load, given a table that fails', () => {
  const failing = (node: string) => (records: NodeRecords) => ({
    ...records,
    write: async (record: NodeRecord, over: number) => {
      if (record.node === node) throw new Error('throttled');
      return records.write(record, over);
    },
  });

  it('asks for the batch again from the first report that is not recorded, and records the others', async () => {
    const { handle, stored, counts } = recorder({ records: failing('n-2') });
    const event = batch(
      json(report('n-1', 1)),
      json(report('n-2', 1)),
      json(report('n-3', 1)),
      json(report('n-2', 2)),
    );
    expect(await handle(event)).toEqual(failedAt(101));
    expect((await stored.list('app/staging')).map((record) => record.node)).toEqual(['n-1', 'n-3']);
    expect(counts()).toEqual({
      ReportsReceived: 4,
      NodeRecordsWritten: 2,
      ReportsFailed: 2,
      LivenessWritten: 1,
    });
  });

  it('asks for the whole batch again when it cannot read', async () => {
    const { handle } = recorder({
      records: (records) => ({
        ...records,
        read: async () => {
          throw new Error('throttled');
        },
      }),
    });
    expect(await handle(batch(json(report('n-1', 1)), json(report('n-2', 1))))).toEqual(failedAt(100));
  });

  it('folds again over what somebody else wrote meanwhile', async () => {
    let interfered = false;
    const { handle, stored } = recorder({
      records: (records) => ({
        ...records,
        write: async (record, over) => {
          if (!interfered) {
            interfered = true;
            const fold = foldReport(undefined, report('n-1', 5, { load: 0.1 }), epochMs(nowMs));
            if (fold.kind === 'changed') await records.write(fold.record, 0);
          }
          return records.write(record, over);
        },
      }),
    });
    await handle(batch(json(report('n-1', 4, { load: 0.4 })), json(report('n-1', 6, { load: 0.6 }))));
    const record = (await stored.read('app/staging', ['n-1'])).get('n-1');
    expect(record).toMatchObject({ revision: 2, record: { sequence: 6, load: 0.6 } });
  });

  it('does not try for ever', async () => {
    let writes = 0;
    const { handle } = recorder({
      records: (records) => ({
        ...records,
        write: async () => {
          writes += 1;
          return 'lost';
        },
      }),
    });
    expect(await handle(batch(json(report('n-1', 1))))).toEqual(failedAt(100));
    expect(writes).toBe(5);
  });
});

describe('nodes that refuse', () => {
  it('are told by their reports, of each cluster, and nothing is where none does', async () => {
    const { handle, told } = recorder();
    const version = { source: 'cloud', schemaVersion: 1, counters: {} } as const;
    const refused = { label: 'v2-11111111', reason: 'tiers: is missing' };
    const fine = { limits: { ...version, label: 'v1-00000000' } };
    const refusing = { ...fine, gameplay: { ...version, refused } };
    await handle(batch(json(report('n-1', 1, { profiles: fine }))));
    expect(told).toEqual([]);
    await handle(
      batch(
        json(report('n-1', 2, { profiles: refusing })),
        json(report('n-2', 1, { profiles: refusing })),
        json(report('n-3', 1, { profiles: fine })),
        json(report('n-1', 1, { cluster: 'app/production', profiles: refusing })),
      ),
    );
    expect(told).toEqual([
      ['app/staging', { ReportsRefusing: 2 }],
      ['app/production', { ReportsRefusing: 1 }],
    ]);
  });
});

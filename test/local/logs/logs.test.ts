import { beforeEach, describe, expect, it } from 'vitest';
import { type Json, localIdentity, type Service } from '../../../local/kernel/aws.js';
import { ManualClock } from '../../../local/kernel/clock.js';
import { createLogs } from '../../../local/services/logs/service.js';

const startMs = Date.UTC(2026, 0, 1);
const stream = { logGroupName: '/aws/lambda/f', logStreamName: 'one' };

let clock: ManualClock;
let logs: Service;

beforeEach(async () => {
  clock = new ManualClock(startMs);
  logs = createLogs({ clock, identity: localIdentity });
  await logs.call('CreateLogGroup', { logGroupName: stream.logGroupName, tags: { a: '1' } });
  await logs.call('CreateLogStream', stream);
});

function put(...messages: string[]): Promise<Json> {
  const logEvents = messages.map((message) => ({ timestamp: clock.now(), message }));
  return logs.call('PutLogEvents', { ...stream, logEvents });
}

function texts(output: Json): string[] {
  return (output['events'] as { message: string }[]).map(({ message }) => message);
}

describe('log events', () => {
  it.each([
    ['', ['ERROR one', 'INFO two', 'ERROR two']],
    ['ERROR', ['ERROR one', 'ERROR two']],
    ['ERROR two', ['ERROR two']],
    ['?one ?INFO', ['ERROR one', 'INFO two']],
    ['two -INFO', ['ERROR two']],
    ['"ERROR one"', ['ERROR one']],
  ])('are found by the pattern %j', async (filterPattern, found) => {
    await put('ERROR one', 'INFO two', 'ERROR two');
    const output = await logs.call('FilterLogEvents', { logGroupName: stream.logGroupName, filterPattern });
    expect(texts(output)).toEqual(found);
  });

  it('are not searched by a pattern that is missing here', async () => {
    const filterPattern = '{ $.level = "ERROR" }';
    const filter = logs.call('FilterLogEvents', { logGroupName: stream.logGroupName, filterPattern });
    await expect(filter).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('are found by time, and page by page', async () => {
    await put('first');
    await clock.advance(1000);
    await put('second', 'third');
    const later = { logGroupName: stream.logGroupName, startTime: startMs + 1000 };
    const page = await logs.call('FilterLogEvents', { ...later, limit: 1 });
    expect(texts(page)).toEqual(['second']);
    const rest = await logs.call('FilterLogEvents', { ...later, nextToken: page['nextToken'] });
    expect([texts(rest), rest['nextToken']]).toEqual([['third'], undefined]);
  });

  it('of a stream are read from either end', async () => {
    await put('a', 'b', 'c');
    const head = await logs.call('GetLogEvents', { ...stream, limit: 2, startFromHead: true });
    const next = await logs.call('GetLogEvents', {
      ...stream,
      limit: 2,
      nextToken: head['nextForwardToken'],
    });
    const tail = await logs.call('GetLogEvents', { ...stream, limit: 2 });
    const before = await logs.call('GetLogEvents', {
      ...stream,
      limit: 2,
      nextToken: tail['nextBackwardToken'],
    });
    expect([head, next, tail, before].map(texts)).toEqual([['a', 'b'], ['c'], ['b', 'c'], ['a']]);
  });

  it('stay bounded: the last ten thousand of a group are shown, and hardly more are held', async () => {
    const message = (index: number) => `line ${index}`;
    for (let start = 0; start < 30_000; start += 10_000)
      await put(...Array.from({ length: 10_000 }, (_, index) => message(start + index)));
    const output = await logs.call('FilterLogEvents', { logGroupName: stream.logGroupName });
    expect([texts(output).length, texts(output)[0]]).toEqual([10_000, 'line 20000']);
    const { logGroups } = await logs.call('DescribeLogGroups', {});
    expect(logGroups).toMatchObject([{ storedBytes: 10_000 * 'line 20000'.length }]);
  });

  it('go when the retention of the group is over', async () => {
    await put('old');
    await logs.call('PutRetentionPolicy', { logGroupName: stream.logGroupName, retentionInDays: 1 });
    await clock.advance(86_400_000);
    expect(texts(await logs.call('FilterLogEvents', { logGroupName: stream.logGroupName }))).toEqual([]);
  });

  it('need their group and stream', async () => {
    const logEvents = [{ timestamp: startMs, message: 'x' }];
    for (const names of [
      { ...stream, logStreamName: 'two' },
      { ...stream, logGroupName: 'none' },
    ])
      await expect(logs.call('PutLogEvents', { ...names, logEvents })).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
  });
});

describe('log groups', () => {
  it('are created once, described, tagged and deleted', async () => {
    const { logGroupName } = stream;
    await expect(logs.call('CreateLogGroup', { logGroupName })).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
    const { logGroups } = await logs.call('DescribeLogGroups', { logGroupNamePrefix: '/aws' });
    const [group] = logGroups as Json[];
    expect(group).toMatchObject({
      logGroupName,
      arn: 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f:*',
    });
    await logs.call('TagResource', { resourceArn: group?.['logGroupArn'], tags: { b: '2' } });
    const { tags } = await logs.call('ListTagsForResource', { resourceArn: group?.['arn'] });
    expect(tags).toEqual({ a: '1', b: '2' });
    await logs.call('DeleteLogGroup', { logGroupName });
    expect((await logs.call('DescribeLogGroups', {}))['logGroups']).toEqual([]);
  });

  it('take the retentions that AWS takes', async () => {
    const put = (retentionInDays: number) =>
      logs.call('PutRetentionPolicy', { logGroupName: stream.logGroupName, retentionInDays });
    await put(731);
    await expect(put(2)).rejects.toThrow('expected one of 1, 3, 5');
  });

  it('come back from a snapshot, without events', async () => {
    await put('x');
    const again = createLogs({ clock, identity: localIdentity });
    again.restore?.(JSON.parse(JSON.stringify(logs.snapshot?.())));
    expect(texts(await again.call('GetLogEvents', stream))).toEqual([]);
  });
});

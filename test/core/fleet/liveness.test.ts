import { describe, expect, it } from 'vitest';
import { isStalled, judgedAt, liveNodes, presenceOf } from '../../../core/fleet/liveness.js';
import { epochMs } from '../../../core/time.js';
import { record } from '../../control/in-memory-cloud.js';

const node = (arrivedAtMs: number, reportIntervalMs?: number) =>
  record({ node: 'a', arrivedAtMs, ...(reportIntervalMs !== undefined && { reportIntervalMs }) });

describe('a node', () => {
  it.each([
    ['that reports every 5 s unless it says otherwise', undefined, 15_000],
    ['that reports every 5 s', 5_000, 15_000],
    ['that reports every 2 s', 2_000, 8_000],
    ['that reports every 3 s', 3_000, 9_000],
    ['that reports several times a second', 250, 8_000],
    ['that reports every 6 s', 6_000, 18_000],
    ['that reports every minute', 60_000, 180_000],
  ])('%s is silent after three of its intervals', (_name, intervalMs, silenceMs) => {
    const moment = epochMs(1_000_000);
    expect(presenceOf(node(1_000_000 - silenceMs, intervalMs), moment)).toBe('live');
    expect(presenceOf(node(1_000_000 - silenceMs - 1, intervalMs), moment)).toBe('silent');
  });
});

describe('a node whose shard of the stream is held up', () => {
  it.each([
    ['for so long', 60_000, 75_000],
    ['for five minutes at most', 360_000, 315_000],
  ])('is excused %s', (_name, heldUpMs, silentAfterMs) => {
    const [moment, heldUp] = [epochMs(1_000_000), { ...node(1_000_000 - silentAfterMs), heldUpMs }];
    expect(presenceOf(heldUp, moment)).toBe('live');
    expect(presenceOf(heldUp, epochMs(1_000_001))).toBe('silent');
    expect(presenceOf({ ...heldUp, health: 'stopped' }, moment)).toBe('left');
  });
});

describe('a cluster', () => {
  it('is judged at its newest arrival while clocks may differ', () => {
    const records = [node(900_000), node(1_000_000)];
    expect(judgedAt(records, epochMs(1_060_000))).toBe(1_000_000);
    expect(judgedAt(records, epochMs(400_000))).toBe(1_000_000);
  });

  it('is silent as a whole when nothing arrived for longer than that', () => {
    expect(liveNodes([node(1_000_000)], epochMs(1_060_000))).toHaveLength(1);
    expect(liveNodes([node(1_000_000)], epochMs(1_060_001))).toHaveLength(0);
    expect(judgedAt([node(1_000_000)], epochMs(1_060_001))).toBe(1_060_001);
  });

  it('lives on with a node that reports every minute', () => {
    expect(liveNodes([node(1_000_000, 60_000)], epochMs(1_065_000))).toHaveLength(1);
  });

  it.each([
    ['a minute after the newest arrival, as far as clocks differ', [node(1_000_000)], 1_060_000, false],
    ['later than that', [node(900_000), node(1_000_000)], 1_060_001, true],
    [
      'while a node that reports every minute is in time',
      [node(900_000), node(1_000_000, 60_000)],
      1_180_000,
      false,
    ],
    ['when that one is late as well', [node(900_000), node(1_000_000, 60_000)], 1_180_001, true],
    ['when there is nobody', [], 1_180_001, false],
  ])('has stopped to be heard %s', (_, records, nowMs, expected) => {
    expect(isStalled(records, epochMs(nowMs))).toBe(expected);
  });

  it('of nobody has nobody live', () => {
    expect(liveNodes([], epochMs(1_000_000))).toEqual([]);
  });
});

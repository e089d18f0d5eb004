import { describe, expect, it } from 'vitest';
import { factsOf, lookAt } from '../../../../core/assignment/run/facts.js';
import { plusMs } from '../../../../core/time.js';
import { tableOf } from '../fleets.js';
import { heard, minuteMs, record, startMs } from './fleet.js';

const none = new Set<string>();
const nothing = tableOf('');

describe('what the assigner is told of a node', () => {
  it('is what its record says', () => {
    const one = record('n1', {
      labels: { zone: 'eu-1a', version: '7' },
      unitsPerSecond: 240,
      load: 0.8,
      work: { '3': 20, '9': 0.5 },
      since: plusMs(startMs, -7_000),
      arrivedAtMs: plusMs(startMs, -1_500),
      reportIntervalMs: 3_000,
    });
    expect(factsOf(lookAt([one], none, startMs), nothing)).toEqual([
      {
        node: 'n1',
        zone: 'eu-1a',
        capacity: 240,
        load: 0.8,
        work: 20.5,
        health: 'ready',
        sinceMs: startMs - 7_000,
        measuredAtMs: startMs - 1_500,
        reportIntervalMs: 3_000,
      },
    ]);
  });

  it('is what it declares, while it has measured nothing', () => {
    const { reportIntervalMs: _, ...one } = record('n1');
    for (const measured of [{}, { unitsPerSecond: 0 }])
      expect(factsOf(lookAt([{ ...one, ...measured }], none, startMs), nothing)).toMatchObject([
        { capacity: 100, work: 0, reportIntervalMs: 5_000 },
      ]);
  });

  const healthOf = (about: Parameters<typeof record>[1], drained = none) =>
    factsOf(lookAt([record('other'), record('n1', about)], drained, startMs), nothing)[1]?.health;

  it.each(['starting', 'ready', 'degraded', 'draining'] as const)(
    'is its own word while it is there: %s',
    (health) => {
      expect(healthOf({ health })).toBe(health);
    },
  );

  it('is silence after three of its intervals, which are eight seconds at least', () => {
    expect(healthOf({ arrivedAtMs: plusMs(startMs, -8_000) })).toBe('ready');
    expect(healthOf({ arrivedAtMs: plusMs(startMs, -8_001) })).toBe('silent');
    expect(healthOf({ arrivedAtMs: plusMs(startMs, -30_000), reportIntervalMs: 10_000 })).toBe('ready');
  });

  it('is gone when it said so, or is silent for a quarter of an hour while others report', () => {
    expect(healthOf({ health: 'stopped' })).toBe('stopped');
    expect(healthOf({ arrivedAtMs: plusMs(startMs, -15 * minuteMs) })).toBe('silent');
    expect(healthOf({ arrivedAtMs: plusMs(startMs, -15 * minuteMs - 1) })).toBe('stopped');
    const alone = lookAt([heard('n1', 16 * minuteMs), heard('n2', 20 * minuteMs)], none, startMs);
    expect(factsOf(alone, tableOf('x')).map(({ health }) => health)).toEqual(['silent', 'silent']);
  });

  it('is that it drains when a person says so, dead or alive, unless it has stopped', () => {
    const drained = new Set(['n1']);
    expect(healthOf({}, drained)).toBe('draining');
    expect(healthOf({ health: 'starting' }, drained)).toBe('draining');
    expect(healthOf({ arrivedAtMs: plusMs(startMs, -minuteMs) }, drained)).toBe('draining');
    expect(healthOf({ health: 'stopped' }, drained)).toBe('stopped');
  });

  it('is that it is gone where an owner has no record any more', () => {
    const told = factsOf(lookAt([record('a')], none, startMs), tableOf('aabb'));
    expect(told.map(({ node, health }) => [node, health])).toEqual([
      ['a', 'ready'],
      ['b', 'stopped'],
    ]);
  });
});

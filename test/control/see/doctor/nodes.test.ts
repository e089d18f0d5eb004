/** Nodes that do not hold what they are meant to, or are not there. */

import { describe, expect, it } from 'vitest';
import { findsOne, inHealthyWorld, minuteMs } from './examining.js';

const world = inHealthyWorld();

describe('of nodes is found', () => {
  const refused = () => ({ label: world().label, reason: 'coolDownMs is 5000, expected at most 500' });
  findsOne(world, [
    [
      'one that refuses, with how to compare',
      () =>
        world().report(
          { node: 'a', label: world().label },
          { node: 'b', label: 'v3-0a0a0a0a', refused: refused() },
        ),
      {
        short: 'bad nodes quest/staging',
        what: /^has a node that refuses a version: b$/,
        why: /coolDownMs is 5000, expected at most 500/,
        next: /^veltrix diff quest\/staging\/rules@3 quest\/staging\/rules@1$/,
      },
    ],
    [
      'several that refuse alike, once',
      () =>
        world().report(
          { node: 'n10', label: 'v0-0a0a0a0a', refused: refused() },
          { node: 'n9', label: 'v0-0a0a0a0a', refused: refused() },
          { node: 'n1', label: world().label },
        ),
      {
        short: 'bad nodes quest/staging',
        what: /^has 2 of 3 nodes that refuse a version: n9, n10$/,
        why: /expected at most 500/,
        next: /^veltrix nodes quest\/staging --behind$/,
      },
    ],
    [
      'a fleet that is silent, however small',
      () => {
        world().report({ node: 'a', label: world().label, endpoint: 'http://10.0.0.7' });
        world().cloud.appConfig.nowMs += 5 * minuteMs;
      },
      {
        short: 'bad nodes quest/staging',
        what: /^is silent: no report of its node for 5 min$/,
        why: /They are gone, or what carries their reports stands still/,
        next: /^curl http:\/\/10\.0\.0\.7/,
      },
    ],
    [
      'one that is silent among others',
      () =>
        world().report(
          { node: 'a', label: world().label },
          { node: 'b', label: world().label, arrivedAtMs: 1 },
        ),
      {
        short: 'warn nodes quest/staging',
        what: /that is silent: b/,
        why: /still serving/,
        next: /look for its process/,
      },
    ],
    [
      'that there is none',
      () => world().report(),
      {
        short: 'warn nodes quest/staging',
        what: /has no node/,
        why: /cannot write/,
        next: /reports\.lastError/,
      },
    ],
    [
      'that all have left',
      () => {
        world().report({ node: 'a', label: world().label, health: 'stopped' });
        world().cloud.appConfig.nowMs += 5 * minuteMs;
      },
      {
        short: 'warn nodes quest/staging',
        what: /the last one left 5 min ago/,
        why: /good-bye/,
        next: /start them/,
      },
    ],
    [
      'a clock that is behind',
      () => {
        const arrivedAtMs = world().cloud.clock() + 4 * minuteMs;
        world().report(
          { node: 'a', label: world().label, arrivedAtMs },
          { node: 'b', label: world().label, arrivedAtMs },
        );
      },
      {
        short: 'warn nodes this machine',
        what: /clock that is 4 min behind AWS's/,
        why: /signatures/,
        next: /ntp/,
      },
    ],
  ]);

  it('nothing of one that left', async () => {
    world().report(
      { node: 'a', label: world().label },
      { node: 'b', label: 'v0-0a0a0a0a', health: 'stopped' },
    );
    world().pass(10 * minuteMs);
    expect((await world().examine()).findings).toEqual([]);
  });

  it('nothing of one that may not have asked yet', async () => {
    world().report({ node: 'a', label: world().label }, { node: 'b' });
    expect((await world().examine()).findings).toEqual([]);
  });
});

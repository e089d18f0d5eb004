import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLabel } from '../../../core/content/content.js';
import { waitingIn } from '../../../core/delivery/publish-queue.js';
import { games, isInForce, type Played, play } from './queue-game.js';

const hashOf = ({ label = '' }: { readonly label?: string }) => parseLabel(label)?.hash8;

const always = (check: (played: Played) => void) =>
  fc.assert(
    fc.asyncProperty(fc.scheduler(), games, async (scheduler, moves) => {
      check(await play(scheduler, moves));
    }),
    { numRuns: 300 },
  );

describe('a queue whose publishers, turns and people interleave call by call, die and come again', () => {
  it('starts no version twice', async () => {
    await always(({ world }) => {
      const started = world.history('staging').map(({ profile, version }) => `${profile} ${version}`);
      expect(new Set(started).size).toBe(started.length);
    });
  });

  it('is never overtaken by a publish that looked later', async () => {
    await always(({ starts }) => {
      for (const { move, overtaken } of starts) {
        if (move.kind === 'publish') expect(overtaken).toEqual([]);
      }
    });
  });

  it('gives turns in its order, and none to what waits for a person', async () => {
    await always(({ starts }) => {
      for (const { move, deployment, seen, now, blind } of starts) {
        if (move.kind === 'publish') continue;
        const { profile, version } = deployment;
        expect(waitingIn(seen)[0]).toMatchObject({ profile, version });
        const entry = now.entries.find((item) => item.profile === profile && item.version === version);
        if (!blind) expect(entry?.held).toBeUndefined();
      }
    });
  });

  it('loses nobody: an entry leaves when its content is deployed, for a newer one, or because a person says so', async () => {
    await always(({ departures, left }) => {
      for (const { move, entry, successor, deployments } of departures) {
        const isDropped = move.kind === 'act' && move.queueAction === 'drop';
        // The turn that a release gives takes out what goes on like any other turn.
        const isReleased = move.kind === 'act' && entry.held === undefined;
        if (successor === undefined && (isDropped || isReleased)) continue;
        if (successor !== undefined || move.kind === 'publish') continue;
        const mine = deployments.filter(({ profile }) => profile === entry.profile);
        expect(mine.some((item) => isInForce(item) && hashOf(item) === hashOf(entry))).toBe(true);
      }
      expect(waitingIn(left)).toEqual([]);
    });
  });

  it('gives up a place to nothing but a publish of the same profile', async () => {
    await always(({ departures }) => {
      for (const { move, entry, successor } of departures) {
        if (successor === undefined) continue;
        const isOwn = successor.queuedAt === entry.queuedAt && hashOf(successor) === hashOf(entry);
        if (!isOwn) expect(move).toMatchObject({ kind: 'publish', profile: entry.profile, queue: true });
      }
    });
  });

  it('says what became of every publish', async () => {
    await always(({ answers, world }) => {
      for (const { move, result } of answers) {
        if (move.kind !== 'publish' || result.outcome !== 'accepted') continue;
        const deployment = world.history('staging')[result.deployment - 1];
        expect(deployment).toMatchObject({ profile: move.profile, version: result.version });
      }
    });
  });
});

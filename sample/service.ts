/** The Treasure Hunt: what players may ask, answered by the configuration in force at that moment. */

import type { Node } from '../client/index.js';
import type { treasureHunt } from '../config/treasure-hunt/application.js';
import { type Admission, type Attempt, admit, solves } from './game/attempts.js';
import { coolDownOf, describeHunt, huntsOnOffer, summarizeHunt } from './game/hunts.js';
import { clueKey, withAttempt, withoutAttempt } from './game/progress.js';
import { reward } from './game/rewards.js';
import { ask, type LookUp } from './judging.js';
import { createPlayers, type Players } from './players.js';
import { draw } from './rate-limit.js';
import { createWorkQueue, type WorkQueue } from './work-queue.js';

export type TreasureHuntNode = Node<typeof treasureHunt>;

type Admitted = Extract<Admission, { readonly kind: 'admitted' }>;

export type Outcome =
  | Exclude<Admission, Admitted>
  | { readonly kind: 'too-fast'; readonly retryAfterMs: number }
  /** The queue is full: the attempt was not judged and costs no cool-down. The same holds for `not-judged`. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'not-judged' }
  | { readonly kind: 'wrong'; readonly coolDownMs: number }
  | {
      readonly kind: 'solved';
      readonly points: number;
      readonly totalPoints: number;
      readonly rewardTier: string;
    };

export interface Service {
  readonly node: TreasureHuntNode;
  hunts(): readonly ReturnType<typeof summarizeHunt>[];
  /** A hunt as players see it; undefined when there is none, or when they may not see it yet. */
  hunt(id: string): ReturnType<typeof describeHunt> | undefined;
  /** Never rejects: what can go wrong is an outcome. */
  attempt(huntId: string, attempt: Attempt): Promise<Outcome>;
}

export interface ServiceOptions {
  /** Attempts judged at once. */
  readonly capacity: number;
  readonly lookUp: LookUp;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createService(node: TreasureHuntNode, options: ServiceOptions): Service {
  const { gameplay, limits } = node.config;
  const { capacity, now } = options;
  const onDepth = (depth: number) => node.setQueueDepth(depth);
  const queue = createWorkQueue({ capacity, limits: () => limits.get(), onDepth });
  const desk: Desk = { ...options, node, queue, players: createPlayers(), found: new Set() };
  return {
    node,
    hunts: () => huntsOnOffer(gameplay.get(), now()).map((hunt) => summarizeHunt(hunt, now())),
    hunt: (id) => {
      const hunt = huntsOnOffer(gameplay.get(), now()).find((item) => item.id === id);
      return hunt && describeHunt(gameplay.get(), hunt, now());
    },
    attempt: (huntId, attempt) => handleAttempt(desk, huntId, attempt),
  };
}

/** What an attempt passes over. */
interface Desk extends ServiceOptions {
  readonly node: TreasureHuntNode;
  readonly queue: WorkQueue;
  readonly players: Players;
  /** `hunt/clue` of what anybody has solved. */
  readonly found: Set<string>;
}

async function handleAttempt(desk: Desk, huntId: string, attempt: Attempt): Promise<Outcome> {
  const retryAfterMs = drawToken(desk, attempt);
  if (retryAfterMs > 0) return { kind: 'too-fast', retryAfterMs };
  const admission = begin(desk, huntId, attempt);
  if (admission.kind !== 'admitted') return admission;
  const judged = await judge(desk, huntId, attempt);
  if (judged === 'judged') return settle(desk, attempt, admission);
  desk.players.change(attempt.player, (progress) => withoutAttempt(progress, huntId));
  return { kind: judged === 'full' ? 'busy' : 'not-judged' };
}

/** Takes one of the player's tokens; how long to wait for one, in milliseconds, if there is none. */
function drawToken({ node, players, now }: Desk, { player, tier }: Attempt): number {
  const { bucket, retryAfterMs } = draw(
    players.get(player).bucket,
    node.config.limits.get().tiers[tier],
    now(),
  );
  players.keepBucket(player, bucket);
  return retryAfterMs;
}

function begin({ node, players, now }: Desk, huntId: string, { player, clue }: Attempt): Admission {
  const { progress } = players.get(player);
  const admission = admit(node.config.gameplay.get(), { huntId, clueId: clue, progress, nowMs: now() });
  if (admission.kind === 'admitted') players.change(player, (known) => withAttempt(known, huntId, now()));
  return admission;
}

/** The work itself. A failure counts against the versions in force, where the guard of a rollout reads it. */
async function judge(desk: Desk, huntId: string, { tier }: Attempt): Promise<'judged' | 'full' | 'failed'> {
  const { node, queue, lookUp } = desk;
  try {
    return await queue.run(tier, async () => {
      await node.measure(() => ask(lookUp, node.config.limits.get().tiers[tier]), { key: huntId });
      return 'judged' as const;
    });
  } catch {
    return 'failed';
  }
}

function settle({ node, players, found, now }: Desk, attempt: Attempt, { hunt, clue }: Admitted): Outcome {
  const gameplay = node.config.gameplay.get();
  const key = clueKey(hunt.id, clue.id);
  const { progress } = players.get(attempt.player);
  // Two attempts of one player may have been judged side by side.
  if (progress.solved.has(key)) return { kind: 'already-solved' };
  if (!solves(attempt.proof, clue)) return { kind: 'wrong', coolDownMs: coolDownOf(gameplay, hunt) };
  const { hintsOpened } = attempt;
  const gained = reward(gameplay, progress, { key, clue, hintsOpened, first: !found.has(key), nowMs: now() });
  found.add(key);
  players.change(attempt.player, () => gained.progress);
  const { points, tier: rewardTier } = gained;
  return { kind: 'solved', points, totalPoints: gained.progress.points, rewardTier };
}

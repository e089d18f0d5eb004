/** An attempt at a clue: its form, whether it may be made, and whether it is right. */

import * as z from 'zod';
import type { Frozen } from '../../client/index.js';
import type { Clue, Gameplay, Hunt } from '../../config/treasure-hunt/gameplay.js';
import { tierNames } from '../../config/treasure-hunt/limits.js';
import { coolDownOf, huntsOnOffer, phaseOf } from './hunts.js';
import { clueKey, type Progress } from './progress.js';

/** Mean radius of the Earth (IUGG). */
const earthRadiusMeters = 6_371_009;

export const attemptSchema = z.strictObject({
  player: z.string().min(1).max(64),
  /** From the player's account. */
  tier: z.enum(tierNames),
  clue: z.string().min(1).max(48),
  /** How many of the clue's hints the player has opened. */
  hintsOpened: z.int().min(0).max(3).default(0),
  proof: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('answer'), text: z.string().max(60) }),
    z.strictObject({
      kind: z.literal('position'),
      latitudeDegrees: z.number().min(-90).max(90),
      longitudeDegrees: z.number().min(-180).max(180),
    }),
  ]),
});
export type Attempt = z.output<typeof attemptSchema>;
export type Proof = Attempt['proof'];

export type Admission =
  | { readonly kind: 'admitted'; readonly hunt: Frozen<Hunt>; readonly clue: Frozen<Clue> }
  | { readonly kind: 'unknown-hunt' | 'unknown-clue' | 'already-solved' }
  | { readonly kind: 'not-open'; readonly opensAt: string }
  | { readonly kind: 'locked'; readonly requires: readonly string[] }
  | { readonly kind: 'cooling-down'; readonly retryAfterMs: number };

export interface Trial {
  readonly huntId: string;
  readonly clueId: string;
  readonly progress: Progress;
  readonly nowMs: number;
}

/** Decides whether an attempt may be made. What is not on offer does not exist for players. */
export function admit(gameplay: Frozen<Gameplay>, trial: Trial): Admission {
  const { progress, nowMs } = trial;
  const hunt = huntsOnOffer(gameplay, nowMs).find(({ id }) => id === trial.huntId);
  if (!hunt) return { kind: 'unknown-hunt' };
  if (phaseOf(hunt, nowMs) !== 'open') return { kind: 'not-open', opensAt: hunt.opensAt };
  const clue = hunt.clues.find(({ id }) => id === trial.clueId);
  if (!clue) return { kind: 'unknown-clue' };
  if (progress.solved.has(clueKey(hunt.id, clue.id))) return { kind: 'already-solved' };
  const requires = clue.requires.filter((id) => !progress.solved.has(clueKey(hunt.id, id)));
  if (requires.length > 0) return { kind: 'locked', requires };
  const retryAfterMs = (progress.triedAtMs.get(hunt.id) ?? -Infinity) + coolDownOf(gameplay, hunt) - nowMs;
  return retryAfterMs > 0 ? { kind: 'cooling-down', retryAfterMs } : { kind: 'admitted', hunt, clue };
}

/** True when the proof solves the clue. A position proves no riddle, and an answer no place. */
export function solves(proof: Proof, clue: Frozen<Clue>): boolean {
  if (clue.kind === 'riddle')
    return proof.kind === 'answer' && clue.answers.map(plain).includes(plain(proof.text));
  return proof.kind === 'position' && distanceMeters(proof, clue.location) <= clue.location.radiusMeters;
}

const plain = (text: string): string => text.trim().toLowerCase();

interface Place {
  readonly latitudeDegrees: number;
  readonly longitudeDegrees: number;
}

/** Great-circle distance (haversine formula); off by at most 0.5 %, since the Earth is no sphere. */
function distanceMeters(from: Place, to: Place): number {
  const latitude = haversine(to.latitudeDegrees - from.latitudeDegrees);
  const longitude = haversine(to.longitudeDegrees - from.longitudeDegrees);
  const narrowing = Math.cos(radians(from.latitudeDegrees)) * Math.cos(radians(to.latitudeDegrees));
  return 2 * earthRadiusMeters * Math.asin(Math.sqrt(latitude + narrowing * longitude));
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const haversine = (degrees: number): number => Math.sin(radians(degrees) / 2) ** 2;

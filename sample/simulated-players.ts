/**
 * Players without people: they choose clues, guess right or wrong, and come in waves, so that a node's load is alive. A
 * seed decides all of it but the pace of the machine.
 */

import type { Frozen } from '../client/index.js';
import type { Clue } from '../config/treasure-hunt/gameplay.js';
import { type TierName, tierNames } from '../config/treasure-hunt/limits.js';
import type { Attempt, Proof } from './game/attempts.js';
import { huntsOnOffer, phaseOf } from './game/hunts.js';
import { clueKey } from './game/progress.js';
import type { Random } from './random.js';
import type { Service } from './service.js';

/** Often enough that load looks smooth, seldom enough to cost nothing. */
const tickMs = 200;
/** From one high tide of players to the next. */
const wavePeriodMs = 120_000;
/** How far the tide rises above the average and falls below it. */
const waveHeight = 0.6;
/** What one player does; the rest of the rate is more players. */
const attemptsPerPlayerAndSecond = 0.1;
const rightShare = 0.4;

interface Player {
  readonly name: string;
  readonly tier: TierName;
  /** `hunt/clue` of what is behind this player. */
  readonly done: Set<string>;
}

export interface PlayersOptions {
  readonly service: Service;
  /** Attempts per second, on average over a wave. */
  readonly perSecond: number;
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Starts them. @returns a function that sends them home; attempts under way end by themselves. */
export function startPlayers(options: PlayersOptions): () => void {
  const { perSecond, random } = options;
  const crowd = createCrowd(options);
  // Each seed begins elsewhere in the wave, so that nodes are busy at different times.
  let elapsedMs = random() * wavePeriodMs;
  let due = 0;
  const timer = setInterval(() => {
    elapsedMs += tickMs;
    due += arrivals(perSecond, elapsedMs);
    for (; due >= 1; due -= 1) crowd();
  }, tickMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Attempts in the tick that ends at this moment. */
export function arrivals(perSecond: number, elapsedMs: number): number {
  const tide = 1 + waveHeight * Math.sin((2 * Math.PI * elapsedMs) / wavePeriodMs);
  return (perSecond * tide * tickMs) / 1000;
}

/** A function that lets one of the players make one attempt. */
function createCrowd(options: PlayersOptions): () => void {
  const { perSecond, random } = options;
  let born = 0;
  const newPlayer = (): Player => {
    born += 1;
    return { name: `player-${born}`, tier: pick(tierNames, random) ?? 'free', done: new Set() };
  };
  const size = Math.max(1, Math.ceil(perSecond / attemptsPerPlayerAndSecond));
  const players = Array.from({ length: size }, newPlayer);
  return () => {
    const seat = Math.floor(random() * players.length);
    const player = players[seat];
    if (!player) return;
    const choice = choose(options, player);
    // Whoever has nothing left to solve makes room for somebody who has.
    if (!choice) players[seat] = newPlayer();
    else void play(options, player, choice);
  };
}

interface Choice {
  readonly huntId: string;
  readonly clue: Frozen<Clue>;
}

/** An open clue the player has not done, any of them; undefined when there is none left. */
function choose({ service, random, now }: PlayersOptions, { done }: Player): Choice | undefined {
  const nowMs = now();
  const gameplay = service.node.config.gameplay.get();
  const open = huntsOnOffer(gameplay, nowMs).filter((hunt) => phaseOf(hunt, nowMs) === 'open');
  const choices = open.flatMap(({ id: huntId, clues }) => {
    const isDone = (clue: string) => done.has(clueKey(huntId, clue));
    return clues
      .filter((clue) => !isDone(clue.id) && clue.requires.every(isDone))
      .map((clue) => ({ huntId, clue }));
  });
  return pick(choices, random);
}

async function play(
  { service, random }: PlayersOptions,
  player: Player,
  { huntId, clue }: Choice,
): Promise<void> {
  const { name, tier, done } = player;
  const hintsOpened = Math.floor(random() * (clue.hints.length + 1));
  const proof = random() < rightShare ? rightProof(clue) : wrongProof;
  const attempt: Attempt = { player: name, tier, clue: clue.id, hintsOpened, proof };
  const { kind } = await service.attempt(huntId, attempt);
  if (kind === 'solved' || kind === 'already-solved') done.add(clueKey(huntId, clue.id));
}

const wrongProof: Proof = { kind: 'answer', text: 'I have no idea' };

function rightProof(clue: Frozen<Clue>): Proof {
  if (clue.kind === 'riddle') return { kind: 'answer', text: clue.answers[0] ?? '' };
  const { latitudeDegrees, longitudeDegrees } = clue.location;
  return { kind: 'position', latitudeDegrees, longitudeDegrees };
}

const pick = <Item>(items: readonly Item[], random: Random): Item | undefined =>
  items[Math.floor(random() * items.length)];

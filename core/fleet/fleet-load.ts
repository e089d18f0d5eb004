/**
 * One number per cluster for autoscalers: the load of the fleet, made so that target tracking acts once for a disturbance. The
 * dead band and the cool-down are in the number itself: it says the target while all is well, and while the fleet is changing size.
 * The policy that goes with it, and what it is held against: docs/scaling-policy.md.
 */

import * as z from 'zod';
import type { NodeFacts } from '../assignment/rule/facts.js';
import { assignmentSettingsSchema } from '../assignment/settings.js';
import type { EpochMs } from '../time.js';

export interface FleetLoadSettings {
  /** What the policy's `TargetValue` says. */
  readonly targetLoad: number;
  /** So far above and below the target nothing needs to happen. Below is wider: what waits in an overload makes fleets a little too large. */
  readonly aboveLoad: number;
  readonly belowLoad: number;
  /** The load counts half as much after this time. */
  readonly halfLifeMs: number;
  /** The same for the number while it is below the band: there is time, and taking too much has to be undone. */
  readonly belowHalfLifeMs: number;
  /** Above the band the number follows the load so long: the third minute above the target is the one that target tracking goes by. */
  readonly followMs: number;
  /** And then in steps of this share, so that noise is no reason to add one more node. */
  readonly stepShare: number;
  /** When this share of the nodes comes or goes, the fleet is changing size. */
  readonly changeShare: number;
  /** Until nodes are measured and have their share of the work: the blackout and the slow start. */
  readonly settleMs: number;
  /** A fleet that never settles (a crash loop, a slow deployment) may not hide its load for longer. */
  readonly holdMaxMs: number;
}

const { blackoutMs, expiryReports, slowStartMs } = assignmentSettingsSchema.parse({});

export const fleetLoadSettings: FleetLoadSettings = {
  targetLoad: 0.7,
  aboveLoad: 0.1,
  belowLoad: 0.2,
  halfLifeMs: 10_000,
  belowHalfLifeMs: 120_000,
  followMs: 48_000,
  stepShare: 0.15,
  changeShare: 0.05,
  settleMs: blackoutMs + slowStartMs,
  holdMaxMs: 300_000,
};

const momentMs = z.number().min(0);

/** What is kept between runs. Of another form: begin anew, with undefined. */
export const fleetLoadStateSchema = z.object({
  form: z.literal(1),
  /** When `load` was taken. */
  atMs: momentMs,
  /** Offered work over the capacity that serves, averaged: the real load, for people. */
  load: z.number().min(0),
  /** What is told in place of the target; absent within the band. */
  told: z.object({ load: z.number().min(0), sinceMs: momentMs }).exactOptional(),
  /** Nodes that served when the fleet last changed size. */
  nodes: z.int().min(0),
  /** While the fleet changes size. */
  hold: z.object({ sinceMs: momentMs, untilMs: momentMs }).exactOptional(),
});
export type FleetLoadState = z.infer<typeof fleetLoadStateSchema>;

export interface FleetLoadLook {
  /** In any order. Who is drained by a person is `draining` here. */
  readonly nodes: readonly NodeFacts[];
  readonly nowMs: EpochMs;
}

export interface FleetLoad {
  /** For the metric; undefined: nothing is known, so nothing may be told (target tracking then leaves the fleet alone). */
  readonly value: number | undefined;
  /** For the next look. */
  readonly state: FleetLoadState | undefined;
}

/** Folds a look at the nodes into what was known of the fleet. @param previous undefined: nothing. */
export function fleetLoad(
  previous: FleetLoadState | undefined,
  look: FleetLoadLook,
  settings: FleetLoadSettings = fleetLoadSettings,
): FleetLoad {
  const fleet = measure(look, settings);
  const hold = holdOf(previous, { fleet, nowMs: look.nowMs, settings });
  const isHeld = hold !== undefined && look.nowMs - hold.sinceMs < settings.holdMaxMs;
  // A whole new fleet has measured nothing yet: it is held, not unknown.
  if (fleet.load === undefined && !(isHeld && fleet.hasYoung)) return { value: undefined, state: previous };
  const now = { raw: fleet.load ?? settings.targetLoad, nowMs: look.nowMs, settings };
  const load = isHeld || !previous ? now.raw : mean(previous.load, now.raw, keptOf(previous, now));
  const told = isHeld ? undefined : toldOf(previous, load, now);
  const state: FleetLoadState = {
    form: 1,
    atMs: look.nowMs,
    load,
    ...(told && { told }),
    nodes: hasChanged(previous, fleet, settings) ? fleet.nodes : (previous?.nodes ?? fleet.nodes),
    ...(hold && { hold }),
  };
  return { value: valueFor(told, fleet, settings), state };
}

interface Fleet {
  /** Undefined when too few numbers are to be believed. */
  readonly load: number | undefined;
  /** Nodes that serve. */
  readonly nodes: number;
  /** Work units a second that those can do. */
  readonly serving: number;
  /** Work units a second of those that are there and take no work: they start, or they are drained. */
  readonly aside: number;
  readonly hasYoung: boolean;
  /** When all that is new has settled; 0 when too little is new to matter. */
  readonly settledAtMs: number;
}

/** Below this share of believable numbers the measurement is suspect. */
const believedShareMin = 0.5;

function measure({ nodes, nowMs }: FleetLoadLook, settings: FleetLoadSettings): Fleet {
  const there = nodes.filter(({ health }) => health !== 'silent' && health !== 'stopped');
  const serving = there.filter(({ health }) => health === 'ready' || health === 'degraded');
  const measured = serving.filter(({ sinceMs }) => nowMs - sinceMs >= blackoutMs);
  const believed = measured.filter((node) => isFresh(node, nowMs));
  // The work of drained nodes goes to the rest. Who is new or has not told has what the others have: unknown is not idle.
  const leaving = there.filter((node) => node.health === 'draining' && isFresh(node, nowMs));
  const isKnown = believed.length > 0 && capacityOf(believed) >= believedShareMin * capacityOf(measured);
  const load = offeredTo(believed) / capacityOf(believed) + offeredTo(leaving) / capacityOf(serving);
  const unsettled = there.filter((node) => isUnsettled(node, nowMs, settings));
  const matters = unsettled.length >= settings.changeShare * there.length;
  return {
    load: isKnown ? load : undefined,
    nodes: serving.length,
    serving: capacityOf(serving),
    aside: capacityOf(there) - capacityOf(serving),
    hasYoung: measured.length < serving.length,
    settledAtMs: matters ? latestOf(unsettled.map(({ sinceMs }) => sinceMs + settings.settleMs)) : 0,
  };
}

const isFresh = ({ measuredAtMs, reportIntervalMs }: NodeFacts, nowMs: EpochMs): boolean =>
  nowMs - measuredAtMs <= expiryReports * reportIntervalMs;

const isUnsettled = ({ health, sinceMs }: NodeFacts, nowMs: EpochMs, { settleMs }: FleetLoadSettings) =>
  health !== 'draining' && nowMs - sinceMs < settleMs;

const capacityOf = (nodes: readonly NodeFacts[]): number => sum(nodes.map(({ capacity }) => capacity));
const offeredTo = (nodes: readonly NodeFacts[]): number =>
  sum(nodes.map(({ load, capacity }) => load * capacity));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const latestOf = (moments: readonly number[]): number =>
  moments.reduce((latest, moment) => Math.max(latest, moment), 0);

interface Moment {
  readonly fleet: Fleet;
  readonly nowMs: EpochMs;
  readonly settings: FleetLoadSettings;
}

/** From the first change until all that came is settled, and what went has been gone for as long. */
function holdOf(
  previous: FleetLoadState | undefined,
  { fleet, nowMs, settings }: Moment,
): FleetLoadState['hold'] {
  const changed = hasChanged(previous, fleet, settings) ? nowMs + settings.settleMs : 0;
  const untilMs = Math.max(previous?.hold?.untilMs ?? 0, changed, fleet.settledAtMs);
  return untilMs > nowMs ? { sinceMs: previous?.hold?.sinceMs ?? nowMs, untilMs } : undefined;
}

function hasChanged(previous: FleetLoadState | undefined, { nodes }: Fleet, settings: FleetLoadSettings) {
  if (!previous || nodes === previous.nodes) return false;
  return Math.abs(nodes - previous.nodes) >= settings.changeShare * previous.nodes;
}

interface Now {
  /** As measured at this moment. */
  readonly raw: number;
  readonly nowMs: EpochMs;
  readonly settings: FleetLoadSettings;
}

/** Of an average, what still counts. */
const keptOf = (
  { atMs }: FleetLoadState,
  { nowMs, settings }: Now,
  halfLifeMs: number = settings.halfLifeMs,
): number => 2 ** (-Math.max(0, nowMs - atMs) / halfLifeMs);

const mean = (before: number, now: number, kept: number): number => kept * before + (1 - kept) * now;

/** Beyond the band: what to tell. Back in the inner half of the band, be it for a moment: nothing. */
function toldOf(previous: FleetLoadState | undefined, load: number, now: Now): FleetLoadState['told'] {
  const { raw, nowMs, settings } = now;
  const before = previous?.told;
  const share = before ? 0.5 : 1;
  if (!isBeyond(load, share, settings) || !isBeyond(raw, share, settings)) return undefined;
  const isOtherSide = before && load > settings.targetLoad !== before.load > settings.targetLoad;
  if (!previous || !before || isOtherSide) return { load, sinceMs: nowMs };
  if (load < settings.targetLoad) {
    const kept = keptOf(previous, now, settings.belowHalfLifeMs);
    return { load: mean(before.load, load, kept), sinceMs: before.sinceMs };
  }
  const follows = nowMs - before.sinceMs < settings.followMs;
  const isNews = Math.abs(load - before.load) > settings.stepShare * before.load;
  return follows || isNews ? { load, sinceMs: before.sinceMs } : before;
}

/** @param share of the band that counts. */
const isBeyond = (load: number, share: number, { targetLoad, aboveLoad, belowLoad }: FleetLoadSettings) =>
  load > targetLoad + share * aboveLoad || load < targetLoad - share * belowLoad;

/**
 * Target tracking makes the fleet `value / target` times as large as it is, counting the nodes that start or are drained. Those
 * count as being at the target, so that it adds (or takes) just what the others need.
 */
function valueFor(
  told: FleetLoadState['told'],
  { serving, aside }: Fleet,
  { targetLoad }: FleetLoadSettings,
): number {
  if (!told) return targetLoad;
  return (told.load * serving + targetLoad * aside) / (serving + aside);
}

/** Nodes that do not hold what they are meant to: by the causes that `veltrix nodes` tells, each told once for all who share it. */

import { deployedOf } from '../../../../core/delivery/deployments.js';
import {
  isStalled,
  judgedAt,
  liveNodes,
  newestArrival,
  presenceOf,
} from '../../../../core/fleet/liveness.js';
import type { NodeRecord } from '../../../../core/fleet/node-records.js';
import { groupBy } from '../../../../core/group-by.js';
import { stuckIn } from '../../../fleet/assignment.js';
import { type Cause, type CauseKind, causesOf } from '../../node-causes.js';
import type { Examined } from '../facts.js';
import { counted, type Found, type Level, lasting, listed } from '../finding.js';

/** Names that are told of nodes that share a cause. */
const namesMax = 5;
/** Clocks of this machine and of AWS that differ by more are told. */
const clocksApartMaxMs = 60_000;

/** `fresh` ones may not have asked since: nobody needs to do anything. */
const levels: Readonly<Record<CauseKind, Level | undefined>> = {
  silent: 'warn',
  twins: 'bad',
  refused: 'bad',
  withdrawn: 'bad',
  behind: 'bad',
  fresh: undefined,
  'unknown-profile': 'warn',
  stranger: 'warn',
  degraded: 'bad',
  'no-table': 'bad',
  overridden: 'warn',
  'override-refused': 'bad',
  'stale-secrets': 'bad',
};

export function nodesFound(facts: Examined): readonly Found[] {
  const { records, now } = facts;
  if (records === undefined) return [];
  const clock = clockFound(facts, records);
  if (records.length === 0) return [...clock, ...nobodyFound(facts)];
  if (isStalled(records, now)) return [...clock, silenceFound(facts, records)];
  return [...clock, ...causesFound(facts, records)];
}

/** Somebody's nodes should be there: something is deployed for them. */
function nobodyFound({ address, deployed, profiles }: Examined): readonly Found[] {
  const isPublished = profiles.some((profile) => deployedOf(deployed?.deployments ?? [], profile));
  if (!isPublished) return [];
  return [
    {
      level: 'warn',
      where: address,
      what: 'has no node: none reported within the last hour',
      why: 'Either none was started, or they cannot write to the stream of reports.',
      next: 'look at reports.lastError in the status() of a node',
    },
  ];
}

/** However few they are: an alarm that counts nodes stays quiet where there are hardly any. */
function silenceFound({ address, now }: Examined, records: readonly NodeRecord[]): Found {
  const there = records.filter(({ health }) => health !== 'stopped');
  const silentMs = now - (newestArrival(records) ?? now);
  if (there.length === 0)
    return {
      level: 'warn',
      where: address,
      what: `has no node any more: the last one left ${lasting(silentMs)} ago`,
      why: 'All said good-bye, as they do when they are stopped.',
      next: 'start them again, if they should be there',
    };
  return {
    level: 'bad',
    where: address,
    what: `is silent: no report of ${there.length === 1 ? 'its node' : `any of its ${there.length} nodes`} for ${lasting(silentMs)}`,
    why: 'They are gone, or what carries their reports stands still; who serves goes on serving what it holds.',
    next: askOne(there) ?? 'look for their processes, then at the log of record-load',
  };
}

const askOne = (records: readonly NodeRecord[]): string | undefined => {
  const endpoint = records.find((record) => record.endpoint !== undefined)?.endpoint;
  return endpoint === undefined
    ? undefined
    : `curl ${endpoint}: an answer means that reports do not get through`;
};

interface Caused {
  readonly node: string;
  readonly cause: Cause;
}

function causesFound(facts: Examined, records: readonly NodeRecord[]): readonly Found[] {
  const all = causesIn(facts, records);
  const groups = groupBy(all, ({ node, cause }) => sharedBy(node, cause));
  return [...groups.values()].flatMap((group) => causeFound(facts, { group, of: records }) ?? []);
}

function causesIn(facts: Examined, records: readonly NodeRecord[]): readonly Caused[] {
  const { cluster, deployed, profiles, assignment, now } = facts;
  const moment = judgedAt(records, now);
  // Without AppConfig nobody knows what nodes should hold; whether they are there and well is told all the same.
  const read = deployed ?? { deployments: [], isComplete: false };
  const stuck = assignment?.head && stuckIn(assignment.roster);
  const known = deployed ? profiles : records.flatMap((record) => Object.keys(record.profiles));
  const wanted = { cluster, ...read, profiles: known, stuck, now };
  return records.flatMap((record) => {
    const presence = presenceOf(record, moment);
    if (presence === 'left') return [];
    return causesOf({ record, moment }, { presence, wanted }).map((cause) => ({ node: record.node, cause }));
  });
}

/** Causes of one kind that read alike but for the node's own numbers. */
const sharedBy = (node: string, { kind, profile, why }: Cause): string =>
  kind === 'silent' || kind === 'no-table' ? kind : `${kind} ${profile} ${why.replaceAll(node, '')}`;

interface Group {
  readonly group: readonly Caused[];
  /** Of the whole fleet. */
  readonly of: readonly NodeRecord[];
}

function causeFound({ address }: Examined, { group, of }: Group): Found | undefined {
  const [first] = group;
  const level = first && levels[first.cause.kind];
  if (first === undefined || level === undefined) return undefined;
  const names = group.map(({ node }) => node);
  const { kind, why, next } = first.cause;
  const [one, several] = kindWords[kind];
  if (names.length === 1)
    return {
      level,
      where: address,
      what: `has a node that ${one}: ${first.node}`,
      why: `${capitalized(why)}.`,
      next,
    };
  return {
    level,
    where: address,
    what: `has ${names.length} of ${counted(of.length, 'node')} that ${several}: ${listed(names, namesMax)}`,
    // Of silent ones each has its own time.
    why: `${capitalized(kind === 'silent' ? 'gone, or cut off and still serving' : why)}.`,
    next: `veltrix nodes ${address} --behind`,
  };
}

const capitalized = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** Of one node, and of several. */
const kindWords: Readonly<Record<CauseKind, readonly [one: string, several: string]>> = {
  silent: ['is silent', 'are silent'],
  twins: ['is two processes', 'are two processes each'],
  refused: ['refuses a version', 'refuse a version'],
  withdrawn: ['keeps a version that was taken back', 'keep a version that was taken back'],
  behind: ['does not hold what is deployed', 'do not hold what is deployed'],
  fresh: ['may not have asked yet', 'may not have asked yet'],
  'unknown-profile': ['is older than a profile', 'are older than a profile'],
  stranger: ['asks for a profile that is not deployed', 'ask for a profile that is not deployed'],
  degraded: ['cannot reach AppConfig', 'cannot reach AppConfig'],
  'no-table': ['cannot read who owns what', 'cannot read who owns what'],
  overridden: ['is overridden by hand', 'are overridden by hand'],
  'override-refused': ['refuses an override', 'refuse an override'],
  'stale-secrets': ['can read its secrets no more', 'can read their secrets no more'],
};

/** AWS's clock dates reports; what is said here of ages goes by this machine's. */
function clockFound({ now, address }: Examined, records: readonly NodeRecord[]): readonly Found[] {
  const aheadMs = (newestArrival(liveNodes(records, now)) ?? now) - now;
  if (aheadMs <= clocksApartMaxMs) return [];
  return [
    {
      level: 'warn',
      where: 'this machine',
      what: `has a clock that is ${lasting(aheadMs)} behind AWS's, by the reports of ${address}`,
      why: 'Ages are told too short here, and AWS refuses signatures that are five minutes off.',
      next: 'set the clock (timedatectl set-ntp true)',
    },
  ];
}

/** Whether work is shared out: decided by the very rule that assign-partitions decides by, from the same facts. */

import { serving } from '../../../../core/assignment/rule/facts.js';
import { type Concern, isForced } from '../../../../core/assignment/rule/moves.js';
import { type Decision, decide } from '../../../../core/assignment/run/run.js';
import {
  arePartitionsFew,
  type RoutingSettings,
  routingSettingsSchema,
} from '../../../../core/assignment/settings.js';
import { isStalled } from '../../../../core/fleet/liveness.js';
import { assignFunction } from '../../../../core/names.js';
import { routingSettingsOf } from '../../../../core/profiles.js';
import type { AssignmentFacts, Examined } from '../facts.js';
import { counted, type Found, lasting } from '../finding.js';

/** Runs come every 4 s while nodes report, and every minute else; one may fail. */
const runsLateMs = 150_000;

export function workFound(facts: Examined): readonly Found[] {
  const { records, assignment, drains, now } = facts;
  const settings = settingsOf(facts);
  if (settings === undefined || records === undefined || assignment === undefined || drains === undefined)
    return [];
  const { head, table, roster } = assignment;
  const decision = decide({ settings, head, table, roster, records, drains, nowMs: now });
  // That a fleet is silent is told of its nodes.
  const isSilent = records.length === 0 || isStalled(records, now);
  return [
    ...(isSilent ? [] : lateFound(facts, decision)),
    ...decision.concerns.flatMap((concern) => concernFound(facts, { concern, isSilent }) ?? []),
    ...partitionsFound(facts, { settings, decision }),
  ];
}

/** Undefined where no work is shared out, as far as anybody knows. */
function settingsOf({ project, assignment }: Examined): RoutingSettings | undefined {
  const declared = project && routingSettingsOf(project.application);
  if (declared) return declared;
  const partitions = assignment?.table?.slots.length;
  return partitions === undefined ? undefined : { ...routingSettingsSchema.parse({}), partitions };
}

/** What had to be done, and was not, for longer than runs can be apart: nobody assigns. */
function lateFound(
  { assignment, records = [], now, address, stage }: Examined,
  decision: Decision,
): readonly Found[] {
  const forced = decision.moves.filter(isForced);
  if (forced.length === 0) return [];
  const newestLife = records.reduce((newest, { since }) => Math.max(newest, since), 0);
  const quietMs = now - Math.max(assignment?.head?.writtenAtMs ?? 0, newestLife);
  if (quietMs <= runsLateMs) return [];
  const isFirst = !assignment?.table;
  return [
    {
      level: 'bad',
      where: address,
      what: isFirst
        ? `has nodes, and its work was never shared out`
        : `has ${counted(forced.length, 'partition')} that should have another owner, and nobody saw to it for ${lasting(quietMs)}`,
      why: 'assign-partitions does not run, or fails: what the dead had goes to stand-ins, or waits.',
      next: `aws logs tail /aws/lambda/${assignFunction(stage)} --since 10m; veltrix load ${address}`,
    },
  ];
}

interface Concerned {
  readonly concern: Concern;
  readonly isSilent: boolean;
}

function concernFound(
  { address, assignment }: Examined,
  { concern, isSilent }: Concerned,
): Found | undefined {
  const look = `veltrix load ${address}`;
  switch (concern.kind) {
    case 'stuck':
      // Told of the node, with its cause.
      return undefined;
    case 'nobody':
      // A fleet that was never there has nothing to lose.
      if (!assignment?.table) return undefined;
      return {
        level: 'bad',
        where: address,
        what: 'has no node that can own a partition',
        why: isSilent ? 'All its nodes are silent, or left.' : 'All its nodes start, drain or stop.',
        next: look,
      };
    case 'panic':
      return {
        level: 'bad',
        where: address,
        what: `moves no partition: ${concern.suspects} of ${concern.known} nodes are silent`,
        why: 'They may be dead, or what carries their reports is at fault; after 15 minutes the silent ones are taken for gone.',
        next: `veltrix nodes ${address}; for each that is gone: veltrix drain ${address} NODE --force -m "gone"`,
      };
    case 'overfull':
      return {
        level: 'warn',
        where: address,
        what: `is offered ${concern.meanLoad.toFixed(2)} of what it can do`,
        why: 'Requests wait, and are shed where nodes bound their queues.',
        next: `add nodes; ${look}`,
      };
    case 'hot-partition':
      return {
        level: 'warn',
        where: address,
        what: `has a hot partition: ${concern.partition} is ${concern.load.toFixed(2)} of ${concern.node}, and may have no more owners`,
        why: 'No move helps: its work is all that its owner can do.',
        next: look,
      };
  }
}

interface Shared {
  readonly settings: RoutingSettings;
  readonly decision: Decision;
}

function partitionsFound(
  { address, assignment }: Examined,
  { settings, decision }: Shared,
): readonly Found[] {
  const table = assignment?.table;
  if (!table) return [];
  const partitions = table.slots.length;
  const nodes = decision.nodes.filter(({ health }) => serving.has(health)).length;
  return [
    ...declaredFound(address, { partitions, declared: settings.partitions }),
    ...(arePartitionsFew(partitions, nodes) ? [fewFound(address, { partitions, nodes })] : []),
    ...homelessFound(address, assignment),
  ];
}

function declaredFound(
  address: string,
  { partitions, declared }: { readonly partitions: number; readonly declared: number },
): readonly Found[] {
  if (partitions === declared) return [];
  return [
    {
      level: 'warn',
      where: address,
      what: `has ${partitions} partitions, where the application declares ${declared}`,
      why: 'A cluster keeps the number that it began with: another would send every key elsewhere.',
      next: 'declare the number that it has, or begin a new environment with the other',
    },
  ];
}

const fewFound = (
  address: string,
  { partitions, nodes }: { readonly partitions: number; readonly nodes: number },
): Found => ({
  level: 'warn',
  where: address,
  what: `has ${partitions} partitions for ${counted(nodes, 'node')}: fewer than 16 each`,
  why: 'Work is not shared evenly, and what one node leaves cannot be shared.',
  next: 'fewer and larger nodes, or a new environment with 64 partitions for each node that is expected',
});

function homelessFound(address: string, { table }: AssignmentFacts): readonly Found[] {
  const homeless = table?.slots.filter(({ owners }) => owners.length === 0).length ?? 0;
  if (homeless === 0 || homeless === table?.slots.length) return [];
  return [
    {
      level: 'bad',
      where: address,
      what: `has ${counted(homeless, 'partition')} without an owner`,
      why: 'Exclusive work for their keys is refused everywhere.',
      next: `veltrix load ${address}`,
    },
  ];
}

/** How work lies on a cluster, in one screen: bars per node, what is hot, why, and how much has moved. */

import type { NodeLoad } from '../../control/see/load/facts.js';
import type { FleetLoad } from '../../control/see/load/load.js';
import { arePartitionsFew, partitionsPerNodeMin } from '../../core/assignment/settings.js';
import { renderDrains } from './drain-lines.js';
import { ago, bar, byWord, compact, count, factLines, table } from './layout.js';
import type { Paint } from './paint.js';

interface Look {
  readonly columns: number;
  readonly paint: Paint;
}

/** Nodes that are shown where nobody says how many fit. */
const rowsMax = 40;
/** Of those shown in a large fleet, so many are the idlest. */
const idleRows = 3;
const barColumns = 16;
/** Nodes without use that are told by name. */
const stuckMax = 5;

/** `rows`: nodes that may be shown. */
export function describeLoad(
  answer: FleetLoad,
  { rows = rowsMax, ...look }: Look & { rows?: number },
): string[] {
  const { target, cluster, nodes, blind, askedAt: now } = answer;
  const { paint, columns } = look;
  if (nodes.length === 0) return [paint.dim(target), `No node of ${cluster} reported within the last hour.`];
  const drains = nodes.flatMap(({ drain }) => drain ?? []);
  const unread = blind.flatMap((note) => factLines([[paint.warn('!'), byWord(paint.warn, note)]], columns));
  const blocks: readonly (readonly string[])[] = [
    summary(answer, look),
    bars(answer, rows, look),
    hottest(answer, look),
    causes(answer, look),
    renderDrains(drains, { now, ...look }),
    unread,
  ];
  return [
    paint.dim(target),
    ...blocks.filter((lines) => lines.length > 0).flatMap((lines) => ['', ...lines]),
  ];
}

function summary(answer: FleetLoad, { paint, columns }: Look): string[] {
  const { cluster, nodes, spread, assignment, stuck, askedAt } = answer;
  const live = nodes.filter(({ presence }) => presence === 'live').length;
  const facts: (readonly [string, string])[] = [];
  if (spread) {
    const { max, maxNode, mean, bandLoad, above, below } = spread;
    const band = `${Math.max(0, mean - bandLoad).toFixed(2)} to ${(mean + bandLoad).toFixed(2)}`;
    const out =
      above.length + below.length === 0 ? 'all within' : `${above.length} above, ${below.length} below`;
    facts.push([
      'Spread',
      `max ${max.toFixed(2)} (${maxNode}) · mean ${mean.toFixed(2)} · band ${band}: ${out}`,
    ]);
  }
  if (assignment) {
    const { generation, partitions, writtenAt, unowned, lastMoveAt } = assignment;
    const homeless = unowned === 0 ? '' : paint.bad(` · ${unowned} without an owner`);
    facts.push([
      'Table',
      `generation ${generation}, ${ago(writtenAt, askedAt)} · ${count(partitions, 'partition')}${homeless}`,
    ]);
    const serving = nodes.filter(isServing).length;
    if (arePartitionsFew(partitions, serving))
      facts.push([
        paint.warn('Few'),
        `${partitions} for ${count(serving, 'node')}: with fewer than ${partitionsPerNodeMin} each, work is not shared evenly`,
      ]);
    const last = lastMoveAt === undefined ? '' : ` · last ${ago(lastMoveAt, askedAt)}`;
    facts.push([
      'Moves',
      `${assignment.movedLastMinute} in the last minute, ${assignment.movedLast10Minutes} in ten${last}`,
    ]);
  }
  if (stuck.length > 0)
    facts.push([
      paint.bad('Stuck'),
      `${stuck.slice(0, stuckMax).join(', ')}${stuck.length > stuckMax ? ` and ${stuck.length - stuckMax} more` : ''}: no work that is given to ${stuck.length === 1 ? 'it' : 'them'} is taken up (veltrix nodes ${cluster} --behind)`,
    ]);
  return [
    `${paint.strong(cluster)}  ${count(nodes.length, 'node')}, ${live} live`,
    ...factLines(facts, columns - 2).map((line) => `  ${line}`),
  ];
}

const isServing = ({ presence, health }: NodeLoad): boolean =>
  presence === 'live' && (health === 'ready' || health === 'degraded');

function bars({ nodes, spread }: FleetLoad, rows: number, { paint }: Look): string[] {
  const heads = ['NODE', 'LOAD', '', 'QUEUE', 'SHED', 'UNITS/S', 'PARTITIONS', 'STATE'];
  const above = new Set(spread?.above);
  const shown = nodes.length <= rows ? nodes.length : Math.max(1, rows - idleRows - 1);
  const rowOf = (node: NodeLoad) => row(node, above.has(node.node), paint);
  const [first, rest] = [nodes.slice(0, shown), nodes.slice(shown)];
  const last = rest.length === 0 ? [] : rest.slice(-idleRows);
  const hidden = rest.length - last.length;
  const lines = table([heads.map(paint.dim), ...[...first, ...last].map(rowOf)]);
  if (hidden > 0) lines.splice(1 + first.length, 0, paint.dim(`… ${count(hidden, 'node')} between`));
  return lines;
}

function row(node: NodeLoad, isAbove: boolean, paint: Paint): readonly string[] {
  const { load, queueDepth, shed, unitsPerSecond, isMeasured, partitions } = node;
  const drawn = bar(load * 100, barColumns);
  const paintOf = load > 1 ? paint.bad : isAbove ? paint.warn : (text: string) => text;
  const capacity = `${isMeasured ? '' : '~'}${compact(round(unitsPerSecond))}`;
  return [
    node.node,
    load.toFixed(2),
    paintOf(drawn),
    compact(queueDepth),
    compact(round(shed)),
    capacity,
    partitions === undefined ? '' : String(partitions),
    stateOf(node, paint),
  ];
}

function stateOf({ presence, health, drain }: NodeLoad, paint: Paint): string {
  if (presence === 'silent') return paint.bad('silent');
  if (presence === 'left') return paint.dim('left');
  if (drain) return paint.warn('drained');
  return health === 'ready' ? paint.good(health) : paint.warn(health);
}

/** Partitions as shares of what their owner can do, keys as shares of their partition. */
function hottest({ hottestPartitions, hottestKeys }: FleetLoad, { paint, columns }: Look): string[] {
  const partitions = hottestPartitions.map(({ partition, node, unitsPerSecond, shareOfNode }) => [
    String(partition),
    compact(round(unitsPerSecond)),
    `${shareOfNode.toFixed(2)} of ${node}`,
  ]);
  const keys = hottestKeys.map(({ key, partition, unitsPerSecond, shareOfPartition }) => [
    quoted(key, columns - 50),
    compact(round(unitsPerSecond)),
    `${Math.round(shareOfPartition * 100)} % of partition ${partition}`,
  ]);
  const titled = (title: string, rows: readonly string[][]) =>
    rows.length === 0 ? [] : table([[title, 'UNITS/S', 'SHARE'].map(paint.dim), ...rows]);
  const [above, below] = [titled('PARTITION', partitions), titled('KEY', keys)];
  return above.length > 0 && below.length > 0 ? [...above, '', ...below] : [...above, ...below];
}

/** A key may hold anything: it is shown as text that moves no cursor. */
function quoted(key: string, columns: number): string {
  const text = JSON.stringify(key).replace(/[\u007f-\u009f]/g, '?');
  return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
}

function causes({ causes: found }: FleetLoad, { paint, columns }: Look): string[] {
  return found.flatMap(({ node, why, next }) => [
    ...factLines([[paint.warn('!'), `${byWord(paint.strong, node)} ${why}`]], columns),
    ...factLines([[paint.dim('→'), byWord(paint.code, next)]], columns - 2).map((line) => `  ${line}`),
  ]);
}

/** The whole in a line, for a log. */
export function loadInOneLine({ cluster, spread, assignment, nodes }: FleetLoad): string {
  const live = nodes.filter(({ presence }) => presence === 'live').length;
  const moves = assignment && `generation ${assignment.generation}, ${assignment.movedLastMinute} moves/min`;
  const load = spread && `max ${spread.max.toFixed(2)} (${spread.maxNode}), mean ${spread.mean.toFixed(2)}`;
  return [`${cluster}: ${live} live`, load, moves].filter(Boolean).join(' · ');
}

const round = (number: number): number => (number < 10 ? Math.round(number * 10) / 10 : Math.round(number));

/** When a person may keep work away from a node, and how the list of drains changes when one does. */

import type { EpochMs } from '../time.js';
import { capacitiesOf } from './capacity.js';
import { type Drain, type DrainList, drainsKeptMax } from './drains.js';
import type { NodeRecord } from './node-records.js';

/** A drain is over by itself, so that nobody's forgotten one keeps a fleet small. */
export const [drainMinMs, drainMaxMs] = [60_000, 24 * 60 * 60 * 1000];

/** Of what the others can do, so much may be asked of them: above it, waiting times grow without end (M/M/1 at 0.9: tenfold). */
export const roomMaxLoad = 0.9;

/** Whether the others can do what a node leaves to them. */
export interface Room {
  /** Work units a second that the whole fleet is offered. */
  readonly offered: number;
  /** Work units a second that the others can do. */
  readonly capacity: number;
  /** How many others there are to take it. */
  readonly nodes: number;
  /** `offered` of `capacity`; absent where there is nobody. */
  readonly load?: number;
  readonly isEnough: boolean;
}

export interface Fleet {
  /** Whose work is counted: the nodes that are there, and those that own partitions. */
  readonly working: readonly NodeRecord[];
  /** Who may be given work: live, in service, not drained. */
  readonly serving: readonly NodeRecord[];
}

/** What would be asked of the rest without this node. Its work does not go away with it. */
export function roomWithout(node: string, { working, serving }: Fleet): Room {
  const capacityOf = capacitiesOf(working);
  const rest = serving.filter((record) => record.node !== node);
  const offered = working.reduce((sum, record) => sum + record.load * capacityOf(record), 0);
  const capacity = rest.reduce((sum, record) => sum + capacityOf(record), 0);
  const isEnough = rest.length > 0 && offered <= roomMaxLoad * capacity;
  return {
    offered,
    capacity,
    nodes: rest.length,
    ...(rest.length > 0 && { load: offered / capacity }),
    isEnough,
  };
}

/** In force now. */
export const isInForce = (drain: Drain, now: EpochMs): boolean => !drain.ended && drain.untilMs > now;

/** The list with one more drain. One of the same node that is in force ends with it: the newer word holds. */
export function beginDrain(list: DrainList, drain: Drain): DrainList {
  const { node, sinceMs, by } = drain;
  const ended = { atMs: sinceMs, by, reason: `drained anew: ${drain.reason}` };
  return kept({ ...list, drains: [drain, ...ending(list, { node, ended })] }, sinceMs);
}

/** The list without this node's drain, which is kept as one that was ended; undefined when none is in force. */
export function endDrain(list: DrainList, about: Ending): DrainList | undefined {
  const now = about.ended.atMs;
  const isThere = list.drains.some((drain) => drain.node === about.node && isInForce(drain, now));
  return isThere ? kept({ ...list, drains: ending(list, about) }, now) : undefined;
}

interface Ending {
  readonly node: string;
  readonly ended: NonNullable<Drain['ended']>;
}

const ending = ({ drains }: DrainList, { node, ended }: Ending): readonly Drain[] =>
  drains.map((drain) => (drain.node === node && isInForce(drain, ended.atMs) ? { ...drain, ended } : drain));

/** What is in force is never forgotten; of what is over, the newest are kept. */
function kept(list: DrainList, now: EpochMs): DrainList {
  let room = drainsKeptMax - list.drains.filter((drain) => isInForce(drain, now)).length;
  const drains = list.drains.filter((drain) => isInForce(drain, now) || room-- > 0);
  return { ...list, drains };
}

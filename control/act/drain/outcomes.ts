/** Why a node was not drained. */

import { VeltrixError } from '../../../core/errors.js';
import { type Room, roomMaxLoad } from '../../../core/fleet/draining.js';
import type { DrainPlan } from './plan.js';

/** The rest of the fleet cannot do what the node would leave to it. Nothing was changed. */
export class DrainRefused extends VeltrixError {
  override readonly name = 'DrainRefused';
  override readonly code = 'VELTRIX_DRAIN_REFUSED';
  readonly node: string;
  readonly room: Room;

  constructor({
    cluster,
    node,
    room,
    isStalled,
  }: Pick<DrainPlan, 'cluster' | 'node' | 'room' | 'isStalled'>) {
    const why = isStalled ? 'no reports arrive, so nobody knows what the others can do' : arithmeticOf(room);
    super(`${node} of ${cluster} was not drained: ${why}`, {
      hint: isStalled
        ? 'See `veltrix nodes`, and whether record-load runs (docs/runbook.md); insist with --force.'
        : 'Add nodes first, or insist with --force.',
    });
    this.node = node;
    this.room = room;
  }
}

/** `the other 3 nodes would be offered 570 of the 600 units/s they can do: 0.95, above 0.90`. */
export function arithmeticOf({ offered, capacity, nodes, load, isEnough }: Room): string {
  if (load === undefined) return `no other node can take its work (${units(offered)} units/s)`;
  const others = nodes === 1 ? 'the other node' : `the other ${nodes} nodes`;
  const limit = `${isEnough ? 'within' : 'above'} ${roomMaxLoad.toFixed(2)}`;
  const sum = `${units(offered)} of the ${units(capacity)} units/s they can do`;
  return `${others} would be offered ${nodes === 1 ? sum.replace('they', 'it') : sum}: ${load.toFixed(2)}, ${limit}`;
}

const units = (number: number): string => number.toLocaleString('en', { maximumSignificantDigits: 3 });

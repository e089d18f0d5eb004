/** A simulated node: one thing at a time, first come, first served. */

import { declaredPace, type Pace, unmeasured } from '../../../core/assignment/estimates.js';

export interface Node {
  readonly nominal: number;
  speed: number;
  isUp: boolean;
  /** Counts lives: what was begun in an earlier one ends nowhere. */
  life: number;
  sinceMs: number;
  /** Requests on the node, the first in work. */
  queue: { readonly request: number; readonly attempt: number }[];
  head: number;
  offered: Map<number, number>;
  done: Pace;
  pace: Pace;
  reportedAtMs: number;
}

const longAgoMs = -600_000;

/** A node that has been running for long at its own speed. */
export const beginNode = (nominal: number): Node => ({
  nominal,
  speed: nominal,
  isUp: true,
  life: 1,
  sinceMs: longAgoMs,
  queue: [],
  head: 0,
  offered: new Map(),
  done: unmeasured,
  pace: declaredPace(nominal),
  reportedAtMs: 0,
});

/** Requests on a node, the one in work included. */
export const onNode = ({ queue, head }: Node): number => queue.length - head;

/** Takes away the request that has been in work. */
export function takeFirst(node: Node): void {
  node.head += 1;
  if (node.head < 256) return;
  node.queue = node.queue.slice(node.head);
  node.head = 0;
}

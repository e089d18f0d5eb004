/** What a node has that knows of no other: its application declares no `routing`. */

import { UsageError } from '../../core/errors.js';
import type { NodeClock } from '../clock.js';
import type { KeyedTask, Membership } from './membership.js';
import type { Peer, Router } from './router.js';
import { timedWork } from './timed-work.js';

const off = (): undefined => undefined;
const never = (): (() => void) => off;

/** @param self this node as it is now, which does what is sent. */
export function unrouted(self: () => Peer, clock: NodeClock): Membership {
  return {
    router: Object.freeze(unroutedRouter(self, clock)),
    start: off,
    owns: () => undefined,
    onAssigned: never,
    onRevoked: never,
    offered: off,
    measured: off,
    demand: refuseExclusive,
    admit: (task) => {
      refuseExclusive(task);
      return { signal: new AbortController().signal, end: off };
    },
    isCutOff: () => false,
    status: () => ({}),
    misdirected: () => 0,
    report: () => ({}),
    drain: async () => undefined,
    stop: async () => undefined,
    close: off,
  };
}

function unroutedRouter(self: () => Peer, clock: NodeClock): Router {
  return {
    nodes: () => [],
    onChange: never,
    nodeFor: off,
    ownerOf: off,
    pick: off,
    begin: never,
    send: async (call, { exclusive = false, timeoutMs } = {}) => {
      refuseExclusive({ exclusive });
      const timed = timeoutMs === undefined ? {} : { timeoutMs };
      const ended = await timedWork({ clock, call, peer: self(), ...timed });
      if (ended.kind === 'returned') return ended.result;
      throw ended.error;
    },
  };
}

function refuseExclusive({ exclusive }: Pick<KeyedTask, 'exclusive'>): void {
  if (!exclusive) return;
  throw new UsageError('exclusive work needs partitions that are owned, and the application has none', {
    hint: 'Declare them in config/<application>/application.ts: routing: { partitions: 1024 }.',
  });
}

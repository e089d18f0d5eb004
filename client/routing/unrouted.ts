/** What a node has that knows of no other: its application declares no `routing`. */

import { UsageError } from '../../core/errors.js';
import type { KeyedTask, Membership } from './membership.js';
import type { Peer, Router } from './router.js';

const off = (): undefined => undefined;
const never = (): (() => void) => off;

/** @param self this node as it is now, which does what is sent. */
export function unrouted(self: () => Peer): Membership {
  return {
    router: Object.freeze(unroutedRouter(self)),
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
    status: () => ({}),
    report: () => ({}),
    drain: async () => undefined,
    stop: async () => undefined,
    close: off,
  };
}

function unroutedRouter(self: () => Peer): Router {
  return {
    nodes: () => [],
    onChange: never,
    nodeFor: off,
    ownerOf: off,
    pick: off,
    begin: never,
    send: async (work, { exclusive = false } = {}) => {
      refuseExclusive({ exclusive });
      return work(self(), new AbortController().signal);
    },
  };
}

function refuseExclusive({ exclusive }: Pick<KeyedTask, 'exclusive'>): void {
  if (!exclusive) return;
  throw new UsageError('exclusive work needs partitions that are owned, and the application has none', {
    hint: 'Declare them in config/<application>/application.ts: routing: { partitions: 1024 }.',
  });
}

/** What the service gets of a node: functions that work on their own, so they may be taken apart. */

import type { Config, Node, NodeStatus } from './node.js';
import { serve } from './reports/serving.js';
import type { Workload } from './reports/workload.js';
import type { Membership } from './routing/membership.js';

export interface HandleParts extends Workload {
  readonly name: string;
  readonly config: Readonly<Record<string, Config<unknown>>>;
  readonly membership: Membership;
  readonly status: () => NodeStatus;
  readonly drain: Node['drain'];
  readonly close: Node['close'];
}

export function createHandle(parts: HandleParts): Node {
  const { name, config, membership, work, status, drain, close } = parts;
  return {
    name,
    config: Object.freeze(config),
    router: membership.router,
    status,
    measure: (run, { key } = {}) => {
      if (key !== undefined) membership.measured(key);
      return work.measure(run);
    },
    serve: (run, options) => serve(parts, run, options),
    owns: (key) => membership.owns(key),
    onAssigned: (listener) => membership.onAssigned(listener),
    onRevoked: (listener) => membership.onRevoked(listener),
    count: (counts) => work.count(counts),
    setQueueDepth: (depth) => work.setQueueDepth(depth),
    drain,
    close,
  };
}

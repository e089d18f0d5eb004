/** The nodes of a cluster as objects that are made once and handed out as they are. */

import { isHealthy, type Roster, type RosterNode, zoneOf } from '../../core/fleet/roster.js';
import type { Peer, PeerChange, PeerFilter } from './router.js';

/** A node of the roster, and what is handed out for it. */
export interface Known {
  readonly incarnation: string;
  readonly peer: Peer;
}

/** The roster's nodes in its order; a node about which nothing changed keeps its object. */
export function peersOf(roster: Roster, self: string, before: ReadonlyMap<string, Known>): Known[] {
  return roster.nodes.map((node) => {
    const known = before.get(node.node);
    const peer = peerOf(node, self);
    const isSame = known?.incarnation === node.incarnation && isEqual(known.peer, peer);
    return isSame ? known : { incarnation: node.incarnation, peer };
  });
}

/** What became of the nodes: those that left first, so that a name is free before it is taken again. */
export function changesBetween(
  before: ReadonlyMap<string, Known>,
  after: ReadonlyMap<string, Known>,
): PeerChange[] {
  const left = [...before].filter(([node, known]) => after.get(node)?.incarnation !== known.incarnation);
  const arrived = [...after].flatMap(([node, { incarnation, peer }]): PeerChange[] => {
    const known = before.get(node);
    if (known?.incarnation !== incarnation) return [{ kind: 'joined', peer }];
    return known.peer === peer ? [] : [{ kind: 'changed', peer }];
  });
  return [...left.map(([, { peer }]): PeerChange => ({ kind: 'left', peer })), ...arrived];
}

export const isWanted = (peer: Peer, { healthy, zone, labels = {} }: PeerFilter): boolean =>
  (healthy === undefined || peer.healthy === healthy) &&
  (zone === undefined || peer.zone === zone) &&
  Object.entries(labels).every(([name, value]) => peer.labels[name] === value);

function peerOf(node: RosterNode, self: string): Peer {
  const zone = zoneOf(node);
  return Object.freeze({
    node: node.node,
    ...(node.endpoint !== undefined && { endpoint: node.endpoint }),
    ...(zone !== undefined && { zone }),
    labels: Object.freeze({ ...node.labels }),
    health: node.health,
    healthy: isHealthy(node),
    self: node.node === self,
    unitsPerSecond: node.unitsPerSecond,
  });
}

function isEqual(a: Peer, b: Peer): boolean {
  return (
    a.endpoint === b.endpoint &&
    a.health === b.health &&
    a.healthy === b.healthy &&
    a.unitsPerSecond === b.unitsPerSecond &&
    isWanted(a, { labels: b.labels }) &&
    isWanted(b, { labels: a.labels })
  );
}

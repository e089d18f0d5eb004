/** A node's part in the routing of its cluster, where its application declares `routing`. Loaded only there. */

import type { AssignmentReader } from '../../core/assignment/table/tables.js';
import { Misdirected, UsageError } from '../../core/errors.js';
import { awaitedReadNodesMax } from '../../core/ownership/lease.js';
import { type Application, routingSettingsOf } from '../../core/profiles.js';
import type { NodeClock } from '../clock.js';
import type { SafeLog } from '../safe-log.js';
import type { RoutedRequest } from '../telemetry/telemetry.js';
import { Cluster } from './cluster.js';
import { Holdings } from './holdings.js';
import { KeyedWork } from './keyed-work.js';
import type { Admitted, KeyedTask, Membership } from './membership.js';
import type { Assigned, Peer, Revoked, Router } from './router.js';
import { Sender } from './send.js';
import { TableKeeper } from './table-keeper.js';

export interface RoutedDeps {
  readonly node: string;
  readonly incarnation: string;
  readonly zone: string | undefined;
  /** As declared. */
  readonly partitions: number;
  readonly hotKeys: 'plain' | 'hashed' | false;
  /** Absent: the node knows nobody. */
  readonly reader: AssignmentReader | undefined;
  readonly clock: NodeClock;
  readonly random: () => number;
  readonly log: SafeLog;
  /** This node as it is now. */
  readonly self: () => Peer;
  /** Others wait for what the next report says. */
  readonly onLetGo: () => void;
  /** A read of the table failed, or succeeded again: `isCutOff` may have changed. */
  readonly onRead: () => void;
  /** Absent: nobody measures requests. */
  readonly onRouted?: ((routed: RoutedRequest) => void) | undefined;
}

/** How a node of the application takes part; undefined where it declares no routing. */
export function joinsOf(
  application: Pick<Application, 'routing'>,
): ((deps: Omit<RoutedDeps, 'partitions'>) => Membership) | undefined {
  const settings = routingSettingsOf(application);
  return settings && ((deps) => new Routed({ ...deps, partitions: settings.partitions }));
}

export class Routed implements Membership {
  readonly router: Router;
  readonly cluster: Cluster;
  readonly holdings: Holdings;
  readonly #deps: RoutedDeps;
  readonly #work: KeyedWork;
  readonly #keeper: TableKeeper | undefined;
  #misdirected = 0;
  /** Of the cluster, as the roster has them. */
  #nodes = 0;
  /** Look, at each change, whether what they wait for has come. */
  readonly #waiting = new Set<() => void>();

  constructor(deps: RoutedDeps) {
    const { node, incarnation, clock, partitions, hotKeys, log, onLetGo } = deps;
    const monotonicMs = () => clock.monotonicMs();
    this.#deps = deps;
    this.cluster = new Cluster({ ...deps, self: node, monotonicMs });
    const onChanged = () => this.#look();
    this.holdings = new Holdings({ self: { node, incarnation }, clock, log, onLetGo, onChanged });
    this.#work = new KeyedWork({ monotonicMs, hotKeys }, partitions);
    this.#keeper = this.#makeKeeper();
    this.router = this.#makeRouter();
  }

  start(): void {
    this.#keeper?.start();
  }

  owns(key: string): number | undefined {
    return this.holdings.epochFor(this.cluster.partitionOf(key));
  }

  onAssigned(listener: (assigned: Assigned) => void): () => void {
    return this.holdings.onAssigned(listener);
  }

  onRevoked(listener: (revoked: Revoked) => void | Promise<void>): () => void {
    return this.holdings.onRevoked(listener);
  }

  offered(key: string, units: number): void {
    const { partitions } = this.cluster;
    this.#work.add(key, { partition: this.cluster.partitionOf(key), partitions, units });
  }

  measured(key: string): void {
    this.offered(key, 1);
    this.#countStandIn(this.cluster.partitionOf(key), 1);
  }

  demand({ key, exclusive }: KeyedTask): void {
    if (!exclusive) return;
    const partition = this.cluster.partitionOf(keyOf(key));
    if (this.holdings.epochOf(partition) === undefined) throw this.#misdirect(partition);
  }

  admit({ key, exclusive, units }: KeyedTask): Admitted {
    if (exclusive) {
      const partition = this.cluster.partitionOf(keyOf(key));
      const admitted = this.holdings.admit(partition);
      if (!admitted) throw this.#misdirect(partition);
      return admitted;
    }
    const free = { signal: new AbortController().signal, end: () => undefined };
    if (key === undefined) return free;
    const partition = this.cluster.partitionOf(key);
    this.#countStandIn(partition, units);
    const epoch = this.holdings.epochOf(partition);
    return epoch === undefined ? free : { ...free, epoch };
  }

  isCutOff(): boolean {
    return this.#keeper?.isCutOff() ?? false;
  }

  status(): ReturnType<Membership['status']> {
    const { generation, count } = this.holdings;
    return {
      ...(generation > 0 && { partitions: count }),
      ...(this.#keeper && { routing: this.#keeper.state() }),
    };
  }

  misdirected(): number {
    return this.#misdirected;
  }

  report(): ReturnType<Membership['report']> {
    const ownership = this.holdings.generation > 0 ? this.holdings.claim() : undefined;
    return {
      ...(ownership && { ownership }),
      ...this.#work.report((key) => this.cluster.partitionOf(key)),
      ...(this.#misdirected > 0 && { misdirected: this.#misdirected }),
    };
  }

  drain(): Promise<void> {
    this.holdings.drain();
    return this.#when(() => this.holdings.count === 0 || !this.#hasSuccessor());
  }

  stop(): Promise<void> {
    this.holdings.stop();
    return this.#when(() => this.holdings.count === 0);
  }

  close(): void {
    this.#keeper?.close();
    this.holdings.close();
  }

  #hasSuccessor(): boolean {
    return this.cluster.nodes({ healthy: true }).some((peer) => !peer.self);
  }

  /** Resolves as soon as `isSo`; looked at whenever anything changes. */
  #when(isSo: () => boolean): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (!isSo()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** Another node owns it, by the table held here. */
  #countStandIn(partition: number, units: number): void {
    const owners = this.cluster.slotOf(partition)?.owners ?? [];
    if (owners.length > 0 && !owners.includes(this.#deps.node)) this.#misdirected += units;
  }

  #misdirect(partition: number): Misdirected {
    const { epoch = 0, owners = [] } = this.cluster.slotOf(partition) ?? {};
    const { generation } = this.holdings;
    const { node } = this.#deps;
    const lapsed = owners.includes(node) && this.holdings.hasLapsed;
    // Of several, one that may do it.
    const owner = owners.find((each) => each !== node) ?? owners[0];
    return new Misdirected(node, { partition, generation, epoch, owner, lapsed });
  }

  #makeKeeper(): TableKeeper | undefined {
    const { reader, clock, random, log, onRead } = this.#deps;
    if (!reader) return undefined;
    return new TableKeeper({
      reader,
      clock,
      random,
      log,
      onRead,
      isAwaited: () => this.holdings.isWaiting && this.#nodes <= awaitedReadNodesMax,
      onConfirmed: (read) => this.holdings.confirmed(read),
      onTable: (read) => {
        this.cluster.takeTable(read.table);
        this.holdings.read(read);
      },
      onRoster: (roster) => {
        this.#nodes = roster.nodes.length;
        this.cluster.takeRoster(roster);
        this.#look();
      },
    });
  }

  #makeRouter(): Router {
    const { cluster } = this;
    const { clock, self } = this.#deps;
    const refresh = () => this.#keeper?.refresh() ?? Promise.resolve();
    const sender = new Sender({ clock, cluster, self, refresh });
    return Object.freeze<Router>({
      nodes: (filter) => cluster.nodes(filter),
      onChange: (listener) => cluster.onChange(listener),
      nodeFor: (key) => cluster.nodeFor(key),
      ownerOf: (key) => cluster.ownerOf(key),
      pick: () => cluster.pick(),
      begin: (peer) => cluster.begin(peer),
      send: (work, options) => sender.send(work, options),
    });
  }
}

function keyOf(key: string | undefined): string {
  if (key !== undefined) return key;
  throw new UsageError('exclusive work needs a key', {
    hint: 'Name what the work is for: { key: huntId, exclusive: true }.',
  });
}

/** The parts of a node, put together: profiles, work, reports, its place in the cluster, and the health that follows from them. */

import { formatCluster } from '../core/addresses.js';
import type { NodeHealth, NodeReport } from '../core/fleet/node-reports.js';
import { handOverMs } from '../core/ownership/lease.js';
import type { Application } from '../core/profiles.js';
import { waitFor } from './bounded-call.js';
import type { NodeDeps } from './default-deps.js';
import { createHandle } from './handle.js';
import { randomUuid } from './incarnation.js';
import type { Node, NodeStatus, ReportState } from './node.js';
import { nodeNameOf, type Settings } from './options.js';
import type { LiveProfile } from './profiles/live-profile.js';
import { NodeProfiles } from './profiles/node-profiles.js';
import { nodeReport } from './reports/node-report.js';
import { Reporter } from './reports/reporter.js';
import type { Ledger } from './reports/work.js';
import { createWorkload, type Workload } from './reports/workload.js';
import type { Membership } from './routing/membership.js';
import type { RoutedDeps } from './routing/routed.js';
import { selfPeer } from './routing/self-peer.js';
import { unrouted } from './routing/unrouted.js';
import { type SafeLog, safeLog } from './safe-log.js';
import type { Observed, Telemetry } from './telemetry/telemetry.js';

/** How long a service waits for its last report when the stream does not answer. */
const lastReportTimeoutMs = 2000;
const drainTimeoutMs = 10_000;
/** A report, a run of assign-partitions, a read of the table and a hand-over: ten seconds at worst, when all goes well. */
const routedDrainTimeoutMs = 20_000;
const noReports: ReportState = { sent: 0, dropped: 0, pending: 0 };

export interface ConnectedNodeDeps extends NodeDeps {
  readonly application: Application;
  readonly settings: Settings;
  /** Absent where the application declares no `routing`. */
  readonly join?: ((deps: Omit<RoutedDeps, 'partitions'>) => Membership) | undefined;
}

export class ConnectedNode {
  readonly name: string;
  readonly profiles: readonly LiveProfile[];
  /** What the service gets. */
  readonly handle: Node;
  readonly #deps: ConnectedNodeDeps;
  readonly #config: NodeProfiles;
  readonly #cluster: string;
  readonly #incarnation: string;
  readonly #workload: Workload;
  readonly #membership: Membership;
  readonly #reporter: Reporter | undefined;
  readonly #telemetry: Telemetry | undefined;
  readonly #listeners = new Set<() => void>();
  #stage: 'starting' | 'running' | 'draining' | 'stopped' = 'starting';
  #told = '';
  #closing: Promise<void> | undefined;
  readonly #endTelemetry: (() => void) | undefined;

  constructor(deps: ConnectedNodeDeps) {
    const { application, settings, clock, random, loopBusyMs } = deps;
    this.#deps = deps;
    this.name = nodeNameOf(settings, deps.hostName);
    this.#cluster = formatCluster({ application: application.name, environment: settings.environment });
    this.#incarnation = randomUuid(random);
    this.#telemetry = deps.telemetry?.({
      application: application.name,
      environment: settings.environment,
      node: this.name,
      monotonicMs: () => clock.monotonicMs(),
    });
    const log = safeLog(settings.log);
    this.#config = new NodeProfiles({
      ...deps,
      node: this.name,
      log,
      telemetry: this.#telemetry,
      onChanged: () => this.#changed(),
    });
    this.profiles = this.#config.all;
    const { capacity, queueMax } = settings;
    this.#workload = createWorkload({
      node: this.name,
      capacity,
      queueMax,
      ledgers: this.profiles.map((profile) => ledgerOf(profile, settings)),
      monotonicMs: () => clock.monotonicMs(),
      loopBusyMs,
      random,
      log,
    });
    this.#membership = this.#join(log);
    this.#reporter = this.#makeReporter();
    this.handle = this.#makeHandle();
    this.#endTelemetry = this.#telemetry?.observe(() => this.#observed());
  }

  /** Takes up what the disk holds, then asks AppConfig and reports, in the background. */
  async begin(): Promise<void> {
    await this.#config.restore();
    this.#reporter?.start();
    this.#membership.start();
    this.#config.start();
  }

  /** Every profile has a value: the node works. */
  ready(): void {
    this.#stage = 'running';
    this.#changed();
  }

  /** Calls `listener` after anything about the node may have changed. @returns a function that ends it. */
  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Ends everything. Never rejects; the second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#stage = 'draining';
    const { clock, sessions, reports, secrets } = this.#deps;
    await waitFor(clock, handOverMs, { work: this.#membership.stop() });
    this.#membership.close();
    // Its last word says that it has let go, and no report before it does.
    this.#stage = 'stopped';
    await Promise.all([this.#config.close(), this.#reporter?.close(lastReportTimeoutMs)]);
    this.#endTelemetry?.();
    sessions.close();
    reports.close();
    secrets?.close();
  }

  async #drain(timeoutMs: number): Promise<void> {
    if (this.#stage === 'stopped') return;
    this.#stage = 'draining';
    const moved = this.#membership.drain();
    const idle = moved.then(() => this.#workload.work.whenIdle());
    await waitFor(this.#deps.clock, timeoutMs, {
      work: Promise.all([this.#reporter?.flush(timeoutMs), idle]),
    });
  }

  #health(): NodeHealth {
    if (this.#stage !== 'running') return this.#stage;
    const isDegraded = this.#membership.isCutOff() || this.profiles.some((profile) => profile.isFailing());
    return isDegraded ? 'degraded' : 'ready';
  }

  /** Tells those who wait, and reports what others act on: health, versions, refusals. */
  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
    const versions = this.profiles.map((profile) => profile.state());
    const told = JSON.stringify([
      this.#health(),
      versions.map(({ label, refused, override }) => [label, refused, override]),
    ]);
    if (told === this.#told) return;
    this.#told = told;
    this.#reporter?.changed();
  }

  #status(): NodeStatus {
    const overrideFile = this.#config.overrideFile();
    const diskError = this.profiles
      .map((profile) => profile.diskError())
      .find((error) => error !== undefined);
    return {
      node: this.name,
      cluster: this.#cluster,
      incarnation: this.#incarnation,
      health: this.#health(),
      load: this.#workload.meter.load(),
      inFlight: this.#workload.work.inFlight,
      queueDepth: this.#workload.work.queueDepth,
      shed: this.#workload.admission.shedUnits,
      ...this.#membership.status(),
      profiles: Object.fromEntries(
        this.profiles.map(({ profile, config }) => [profile.name, config.state()]),
      ),
      reports: this.#reporter?.state() ?? noReports,
      ...(overrideFile !== undefined && { overrideFile }),
      ...(diskError !== undefined && { diskError }),
    };
  }

  #observed(): Observed {
    return {
      status: this.#status(),
      counters: new Map(this.profiles.map(({ profile, counters }) => [profile.name, counters])),
      nodes: this.#membership.router.nodes().length,
      misdirected: this.#membership.misdirected(),
      nowMs: this.#deps.clock.now(),
    };
  }

  #makeHandle(): Node {
    const timeoutMs = this.#deps.join ? routedDrainTimeoutMs : drainTimeoutMs;
    const parts = {
      ...this.#workload,
      name: this.name,
      config: Object.fromEntries(this.profiles.map(({ profile, config }) => [profile.name, config])),
      membership: this.#membership,
      status: () => this.#status(),
      drain: (options: { readonly timeoutMs?: number } = {}) => this.#drain(options.timeoutMs ?? timeoutMs),
      close: () => this.close(),
    };
    return Object.freeze(createHandle(parts));
  }

  #join(log: SafeLog): Membership {
    const { settings, clock, random, assignments, join } = this.#deps;
    const self = () => selfPeer(this.name, settings, { health: this.#health() });
    if (!join) return unrouted(self, clock);
    return join({
      node: this.name,
      incarnation: this.#incarnation,
      zone: settings.labels['zone'],
      hotKeys: settings.hotKeys,
      reader: assignments && (this.#telemetry?.assignments(assignments) ?? assignments),
      clock,
      random,
      log,
      self,
      onLetGo: () => this.#reporter?.changed(),
      onRead: () => this.#changed(),
      onRouted: this.#telemetry && ((routed) => this.#telemetry?.routed(routed)),
    });
  }

  #makeReporter(): Reporter | undefined {
    const { settings, clock, random, reports } = this.#deps;
    if (settings.report === false) return undefined;
    return new Reporter({
      clock,
      random,
      reports: this.#telemetry?.reports(reports) ?? reports,
      intervalMs: settings.report.intervalSeconds * 1000,
      snapshot: (numbers) => this.#report(numbers),
      onInterval: () => this.#workload.meter.nextWindow(),
    });
  }

  #report(numbers: { readonly sequence: number; readonly droppedReports: number }): NodeReport {
    return nodeReport({
      ...numbers,
      cluster: this.#cluster,
      node: this.name,
      incarnation: this.#incarnation,
      settings: this.#deps.settings,
      health: this.#health(),
      load: this.#workload.meter.load(),
      queueDepth: this.#workload.work.queueDepth,
      inFlight: this.#workload.work.inFlight,
      unitsPerSecond: this.#workload.meter.unitsPerSecond(),
      shed: this.#workload.admission.shedUnits,
      ...this.#membership.report(),
      profiles: this.profiles.map(({ profile, config, counters }) => ({
        name: profile.name,
        schemaVersion: profile.schemaVersion,
        state: config.state(),
        counters,
      })),
    });
  }
}

/** What is slow is for the profile's owner to say; where nobody did, for the node. */
const ledgerOf = ({ profile, counters }: LiveProfile, { slowAfterMs }: Settings): Ledger => ({
  counters,
  slowAfterMs: profile.guard?.latencyObjectiveMs ?? slowAfterMs,
});

/** The parts of a node, put together: profiles, work, reports, and the health that follows from them. */

import { formatCluster } from '../core/addresses.js';
import type { NodeHealth, NodeReport } from '../core/fleet/node-reports.js';
import type { Application, Profile } from '../core/profiles.js';
import { waitFor } from './bounded-call.js';
import type { NodeDeps } from './default-deps.js';
import { suspectedSinceMs } from './disk/suspicion.js';
import { randomUuid } from './incarnation.js';
import type { Node, NodeStatus, ReportState } from './node.js';
import { nodeNameOf, requiredIntervalMinSeconds, type Settings } from './options.js';
import { LiveProfile } from './profiles/live-profile.js';
import type { Pace } from './profiles/pace.js';
import { LabelCounters } from './reports/label-counters.js';
import { LoadMeter } from './reports/load-meter.js';
import { nodeReport } from './reports/node-report.js';
import { Reporter } from './reports/reporter.js';
import { type Ledger, Work } from './reports/work.js';
import { type SafeLog, safeLog } from './safe-log.js';

/** How long a service waits for its last report when the stream does not answer. */
const lastReportTimeoutMs = 2000;
const drainTimeoutMs = 10_000;
const noReports: ReportState = { sent: 0, dropped: 0, pending: 0 };

export interface ConnectedNodeDeps extends NodeDeps {
  readonly application: Application;
  readonly settings: Settings;
}

export class ConnectedNode {
  readonly name: string;
  readonly profiles: readonly LiveProfile[];
  /** What the service gets. */
  readonly handle: Node;
  readonly #deps: ConnectedNodeDeps;
  readonly #cluster: string;
  readonly #incarnation: string;
  readonly #meter: LoadMeter;
  readonly #work: Work;
  readonly #reporter: Reporter | undefined;
  readonly #listeners = new Set<() => void>();
  #stage: 'starting' | 'running' | 'draining' | 'stopped' = 'starting';
  #told = '';
  #closing: Promise<void> | undefined;

  constructor(deps: ConnectedNodeDeps) {
    const { application, settings, clock, random } = deps;
    const monotonicMs = () => clock.monotonicMs();
    this.#deps = deps;
    this.name = nodeNameOf(settings, deps.hostName);
    this.#cluster = formatCluster({ application: application.name, environment: settings.environment });
    this.#incarnation = randomUuid(random);
    const log = safeLog(settings.log);
    this.profiles = application.profiles.map((profile) => this.#liveProfile(profile, log));
    this.#meter = new LoadMeter(settings.capacity, monotonicMs);
    const ledgers = this.profiles.map((profile) => ledgerOf(profile, settings));
    this.#work = new Work({ ledgers, meter: this.#meter, monotonicMs, log });
    this.#reporter = this.#makeReporter();
    this.handle = this.#makeHandle();
  }

  /** Takes up what the disk holds, then asks AppConfig and reports, in the background. */
  async begin(): Promise<void> {
    await this.#restore();
    this.#reporter?.start();
    for (const profile of this.profiles) profile.start();
  }

  /** All files are read before any is taken up: which version the last process died of is told from all of them. */
  async #restore(): Promise<void> {
    const copies = await Promise.all(this.profiles.map((profile) => profile.readCopy()));
    const suspected = suspectedSinceMs(copies);
    await Promise.all(
      this.profiles.map((profile, index) => {
        const copy = copies[index];
        return copy && profile.takeUp(copy, suspected);
      }),
    );
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
    this.#stage = 'stopped';
    const { sessions, reports } = this.#deps;
    await Promise.all([
      ...this.profiles.map((profile) => profile.close()),
      this.#reporter?.close(lastReportTimeoutMs),
    ]);
    sessions.close();
    reports.close();
  }

  async #drain(timeoutMs: number): Promise<void> {
    if (this.#stage === 'stopped') return;
    this.#stage = 'draining';
    const work = Promise.all([this.#reporter?.flush(timeoutMs), this.#work.whenIdle()]);
    await waitFor(this.#deps.clock, timeoutMs, { work });
  }

  #health(): NodeHealth {
    if (this.#stage !== 'running') return this.#stage;
    return this.profiles.some((profile) => profile.isFailing()) ? 'degraded' : 'ready';
  }

  /** Tells those who wait, and reports what others act on: health, versions, refusals. */
  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
    const versions = this.profiles.map((profile) => profile.state());
    const told = JSON.stringify([this.#health(), versions.map(({ label, refused }) => [label, refused])]);
    if (told === this.#told) return;
    this.#told = told;
    this.#reporter?.changed();
  }

  #status(): NodeStatus {
    const diskError = this.profiles
      .map((profile) => profile.diskError())
      .find((error) => error !== undefined);
    return {
      node: this.name,
      cluster: this.#cluster,
      incarnation: this.#incarnation,
      health: this.#health(),
      load: this.#meter.load(),
      inFlight: this.#work.inFlight,
      queueDepth: this.#work.queueDepth,
      profiles: Object.fromEntries(
        this.profiles.map(({ profile, config }) => [profile.name, config.state()]),
      ),
      reports: this.#reporter?.state() ?? noReports,
      ...(diskError !== undefined && { diskError }),
    };
  }

  #makeHandle(): Node {
    const work = this.#work;
    return Object.freeze<Node>({
      name: this.name,
      config: Object.freeze(
        Object.fromEntries(this.profiles.map(({ profile, config }) => [profile.name, config])),
      ),
      status: () => this.#status(),
      measure: (run) => work.measure(run),
      count: (counts) => work.count(counts),
      setQueueDepth: (depth) => work.setQueueDepth(depth),
      drain: ({ timeoutMs = drainTimeoutMs } = {}) => this.#drain(timeoutMs),
      close: () => this.close(),
    });
  }

  #liveProfile(profile: Profile, log: SafeLog): LiveProfile {
    const { application, settings, clock, random, sessions, disk } = this.#deps;
    const { environment, poll } = settings;
    return new LiveProfile({
      profile,
      address: { application: application.name, environment, profile: profile.name },
      node: this.name,
      pace: paceOf(poll.intervalSeconds),
      clock,
      random,
      sessions,
      files: disk,
      counters: new LabelCounters(),
      log,
      onChanged: () => this.#changed(),
    });
  }

  #makeReporter(): Reporter | undefined {
    const { settings, clock, random, reports } = this.#deps;
    if (settings.report === false) return undefined;
    return new Reporter({
      clock,
      random,
      reports,
      intervalMs: settings.report.intervalSeconds * 1000,
      snapshot: (numbers) => this.#report(numbers),
      onInterval: () => this.#meter.nextWindow(),
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
      load: this.#meter.load(),
      queueDepth: this.#work.queueDepth,
      inFlight: this.#work.inFlight,
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

/** Asked for every 15 seconds or less often, AppConfig holds the node to it; more often, only the node does. */
function paceOf(intervalSeconds: number | undefined): Pace {
  if (intervalSeconds === undefined) return {};
  if (intervalSeconds < requiredIntervalMinSeconds) return { ownIntervalSeconds: intervalSeconds };
  return { requiredIntervalSeconds: Math.ceil(intervalSeconds) };
}

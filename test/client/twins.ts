/** Stand-ins for what lies outside a node: AppConfig's data plane, the stream, the disk. They keep the ports' contracts. */

import type { NodeClock } from '../../client/clock.js';
import type { CopyFiles } from '../../client/disk/copy-files.js';
import type {
  ConfigurationSessions,
  PollAnswer,
  SessionFailure,
  SessionTarget,
} from '../../core/delivery/configuration-sessions.js';
import type { LoadReports } from '../../core/fleet/load-reports.js';
import type { NodeReport } from '../../core/fleet/node-reports.js';

export interface TwinVersion {
  readonly label?: string;
  readonly content: unknown;
}

interface TwinSession {
  readonly profile: string;
  readonly requiredMs: number;
  sent: TwinVersion | undefined;
  token: string;
  lastPollAtMs: number | undefined;
  tokenAtMs: number;
}

const dayMs = 24 * 60 * 60 * 1000;

/** AppConfig with one deployed version per profile; a session is sent each version once, a token is good for one poll. */
export class AppConfigTwin implements ConfigurationSessions {
  readonly deployed = new Map<string, TwinVersion>();
  readonly polls: { readonly profile: string; readonly atMs: number }[] = [];
  readonly starts: SessionTarget[] = [];
  /** What every call answers instead, while set. */
  failure: SessionFailure | undefined;
  /** While true, calls do not answer at all, and do not heed their signal. */
  hangs = false;
  /** Loses the answer of the next poll: the token is spent, and nobody has the next one. */
  losesNextAnswer = false;
  intervalSeconds = 60;
  closed = false;
  readonly #clock: NodeClock;
  readonly #sessions = new Map<string, TwinSession>();
  #tokens = 0;

  constructor(clock: NodeClock) {
    this.#clock = clock;
  }

  deploy(profile: string, content: unknown, label?: string): void {
    this.deployed.set(profile, { content, ...(label !== undefined && { label }) });
  }

  async start(target: SessionTarget): Promise<{ kind: 'started'; token: string } | SessionFailure> {
    if (this.hangs) return new Promise(() => undefined);
    if (this.failure) return this.failure;
    this.starts.push(target);
    const requiredMs = 1000 * (target.requiredIntervalSeconds ?? 0);
    const session = {
      profile: target.profile,
      requiredMs,
      sent: undefined,
      lastPollAtMs: undefined,
      token: '',
      tokenAtMs: 0,
    };
    return { kind: 'started', token: this.#nextToken(session) };
  }

  async poll(token: string): Promise<PollAnswer> {
    if (this.hangs) return new Promise(() => undefined);
    if (this.failure) return this.failure;
    const session = this.#sessions.get(token);
    const nowMs = this.#clock.now();
    if (session?.token !== token || nowMs - session.tokenAtMs > dayMs)
      return { kind: 'spent', reason: 'Expired' };
    this.polls.push({ profile: session.profile, atMs: nowMs });
    if (session.lastPollAtMs !== undefined && nowMs - session.lastPollAtMs < session.requiredMs) {
      return { kind: 'too-early', reason: 'PollIntervalNotSatisfied' };
    }
    const version = this.deployed.get(session.profile);
    if (!version) return { kind: 'not-found', reason: `nothing of ${session.profile} is deployed` };
    return this.#answer(session, version, nowMs);
  }

  close(): void {
    this.closed = true;
  }

  #answer(session: TwinSession, version: TwinVersion, nowMs: number): PollAnswer {
    session.lastPollAtMs = nowMs;
    const answered = { nextToken: this.#nextToken(session), intervalSeconds: this.intervalSeconds };
    if (this.losesNextAnswer) {
      this.losesNextAnswer = false;
      return { kind: 'unreachable', reason: 'connection lost' };
    }
    if (session.sent === version) return { kind: 'unchanged', ...answered };
    session.sent = version;
    const text = typeof version.content === 'string' ? version.content : JSON.stringify(version.content);
    const { label } = version;
    return { kind: 'content', ...answered, ...(label && { label }), bytes: new TextEncoder().encode(text) };
  }

  #nextToken(session: TwinSession): string {
    this.#tokens += 1;
    session.token = `token-${this.#tokens}`;
    session.tokenAtMs = this.#clock.now();
    this.#sessions.set(session.token, session);
    return session.token;
  }
}

/** A stream that keeps what it takes, in order. */
export class StreamTwin implements LoadReports {
  readonly taken: { readonly report: NodeReport; readonly atMs: number }[] = [];
  readonly batchSizes: number[] = [];
  behaviour: 'takes' | 'refuses' | 'rejects' | 'hangs' | 'takes-half' = 'takes';
  closed = false;
  readonly #clock: NodeClock;

  constructor(clock: NodeClock) {
    this.#clock = clock;
  }

  async put(reports: readonly NodeReport[]) {
    this.batchSizes.push(reports.length);
    if (this.behaviour === 'hangs') return new Promise<never>(() => undefined);
    if (this.behaviour === 'rejects') throw new Error('socket hang up');
    if (this.behaviour === 'refuses')
      return { unsent: reports, reason: 'ResourceNotFoundException: no stream' };
    const half = this.behaviour === 'takes-half' ? Math.ceil(reports.length / 2) : reports.length;
    for (const report of reports.slice(0, half)) this.taken.push({ report, atMs: this.#clock.now() });
    const unsent = reports.slice(half);
    return unsent.length > 0
      ? { unsent, reason: 'ProvisionedThroughputExceededException: slow down' }
      : { unsent };
  }

  close(): void {
    this.closed = true;
  }

  get reports(): readonly NodeReport[] {
    return this.taken.map(({ report }) => report);
  }
}

/** A disk in memory that outlives its node. */
export class DiskTwin implements CopyFiles {
  readonly files = new Map<string, string>();
  behaviour: 'works' | 'full' | 'hangs' = 'works';

  place(profile: string): string {
    return `/disk/${profile}.copy`;
  }

  async read(profile: string): Promise<string | undefined> {
    if (this.behaviour === 'hangs') return new Promise(() => undefined);
    return this.files.get(profile);
  }

  async write(profile: string, text: string): Promise<void> {
    if (this.behaviour === 'hangs') return new Promise(() => undefined);
    if (this.behaviour === 'full') throw new Error('ENOSPC: no space left on device, write');
    this.files.set(profile, text);
  }
}

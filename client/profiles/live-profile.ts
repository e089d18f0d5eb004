/** One profile on this node: what is in force, where it is kept, and what asks for the next version. */

import { formatProfile, type ProfileAddress } from '../../core/addresses.js';
import { type Checked, checkValue, parseContent } from '../../core/content/content.js';
import type { ConfigurationSessions } from '../../core/delivery/configuration-sessions.js';
import { describeProblem } from '../../core/errors.js';
import type { Profile } from '../../core/profiles.js';
import { waitFor } from '../bounded-call.js';
import type { NodeClock } from '../clock.js';
import type { CopyFiles } from '../disk/copy-files.js';
import { type CopyWriter, createCopyWriter } from '../disk/copy-writer.js';
import { type CopyOwner, closedCopy, copyOf, type DiskCopy, encodeCopy } from '../disk/disk-copy.js';
import { readCopy } from '../disk/read-copy.js';
import { startFrom } from '../disk/start-from.js';
import type { Config, ProfileState } from '../node.js';
import type { LabelCounters } from '../reports/label-counters.js';
import type { SafeLog } from '../safe-log.js';
import { type ConfigValue, createConfigValue } from './config-value.js';
import { deepFreeze } from './deep-freeze.js';
import type { Pace } from './pace.js';
import { type ActiveVersion, emptyState, endProbation, isWorthSaving, type PollState } from './poll-state.js';
import { startPolling } from './polling.js';

/** A process that lives this long with a version is taken as proof that it can. */
const probationMs = 30_000;
/** How long a node waits for its disk before it puts a version on probation in force. */
const saveTimeoutMs = 2000;

export interface LiveProfileDeps {
  readonly profile: Profile;
  readonly address: ProfileAddress;
  readonly node: string;
  readonly pace: Pace;
  readonly clock: NodeClock;
  readonly random: () => number;
  readonly sessions: ConfigurationSessions;
  readonly files: CopyFiles | undefined;
  readonly counters: LabelCounters;
  readonly log: SafeLog;
  /** Called after anything about the profile may have changed. */
  readonly onChanged: () => void;
}

/** Whether the node can begin with this profile; `missing` says why AppConfig will not help soon. */
export type Readiness =
  | { readonly kind: 'ready' | 'waiting' }
  | {
      readonly kind: 'missing';
      readonly because: 'refused' | 'not-found' | 'denied';
      readonly reason: string;
    };

export class LiveProfile {
  readonly profile: Profile;
  readonly address: ProfileAddress;
  readonly config: Config<unknown>;
  readonly counters: LabelCounters;
  readonly #value: ConfigValue;
  readonly #deps: LiveProfileDeps;
  readonly #owner: CopyOwner;
  readonly #writer: CopyWriter | undefined;
  readonly #startedAtMs: number;
  #state: PollState = emptyState;
  #usesDefaults = false;
  #diskError: string | undefined;
  #stopPolling: () => void = () => undefined;
  #cancelProbation: () => void = () => undefined;
  #closed = false;

  constructor(deps: LiveProfileDeps) {
    const { profile, address, node, pace, files, log } = deps;
    this.profile = profile;
    this.address = address;
    this.counters = deps.counters;
    this.#deps = deps;
    this.#startedAtMs = deps.clock.now();
    const { requiredIntervalSeconds } = pace;
    this.#owner = {
      address,
      node,
      ...(requiredIntervalSeconds !== undefined && { requiredIntervalSeconds }),
    };
    this.#value = createConfigValue({ profile: profile.name, state: () => this.state(), log });
    this.config = this.#value.config;
    const onWritten = (error: unknown) => this.#noteDisk(error);
    this.#writer = files && createCopyWriter({ files, profile: profile.name, onWritten });
  }

  /** What the last process left on disk; undefined when that is nothing of use. Never rejects. */
  async readCopy(): Promise<DiskCopy | undefined> {
    const { files, clock } = this.#deps;
    try {
      return files && (await readCopy({ files, owner: this.#owner, clock }));
    } catch (error) {
      this.#noteDisk(error);
      return undefined;
    }
  }

  /** Takes it up. `suspectedSinceMs`: see `client/disk/suspicion.ts`. Never rejects. */
  async takeUp(copy: DiskCopy, suspectedSinceMs: number | undefined): Promise<void> {
    const { files, pace, clock, log } = this.#deps;
    const state = startFrom(copy, {
      ...pace,
      place: files?.place(this.profile.name) ?? '',
      parse: (bytes) => this.#parse(bytes),
      now: clock.now(),
      suspectedSinceMs,
    });
    await this.#begin(state);
    if (state.refused)
      log('warn', `${this.profile.name}: ${state.refused.label} is refused`, { ...state.refused });
  }

  /** Asks AppConfig, at once and from then on. */
  start(): void {
    const { clock, random, sessions, pace, address } = this.#deps;
    const { requiredIntervalSeconds } = pace;
    this.#stopPolling = startPolling({
      clock,
      random,
      sessions,
      pace,
      target: { ...address, ...(requiredIntervalSeconds !== undefined && { requiredIntervalSeconds }) },
      parse: (bytes) => this.#parse(bytes),
      read: () => this.#state,
      commit: (next) => this.#commit(next),
    });
  }

  readiness(): Readiness {
    const { active, refused, failure } = this.#state;
    if (active || this.#usesDefaults) return { kind: 'ready' };
    if (refused) {
      return {
        kind: 'missing',
        because: 'refused',
        reason: `${refused.label} was refused: ${refused.reason}`,
      };
    }
    if (failure?.kind !== 'not-found' && failure?.kind !== 'denied') return { kind: 'waiting' };
    return { kind: 'missing', because: failure.kind, reason: failure.reason };
  }

  /** Puts the profile's own defaults in force. @returns whether it has any that its schema admits. */
  useDefaults(): boolean {
    const { defaults } = this.profile;
    if (defaults === undefined) return false;
    const checked = frozen(checkValue(this.profile, structuredClone(defaults), 'tolerant'));
    if (!checked.ok) {
      const problems = checked.problems.map(describeProblem);
      this.#deps.log('error', `the defaults of ${this.profile.name} do not suit its schema`, { problems });
      return false;
    }
    this.#usesDefaults = true;
    this.#value.replace(checked.value, undefined);
    return true;
  }

  /** True while AppConfig cannot be asked: one lost answer is nothing, two are, and one is where no cloud value is held. */
  isFailing(): boolean {
    const { failures, active } = this.#state;
    return failures >= (active?.source === 'cloud' ? 2 : 1);
  }

  state(): ProfileState {
    const { active, refused, lastPollAtMs, failure } = this.#state;
    const sinceMs = active?.confirmedAtMs ?? this.#startedAtMs;
    return {
      ...(active && { label: active.label }),
      source: active?.source ?? 'default',
      ageMs: Math.max(0, this.#deps.clock.now() - sinceMs),
      ...(refused && { refused: { label: refused.label, reason: refused.reason } }),
      ...(lastPollAtMs !== undefined && { lastPollAtMs }),
      ...(failure && { lastError: failure.reason }),
    };
  }

  diskError(): string | undefined {
    return this.#diskError;
  }

  /**
   * Ends polling. It proves nothing for a version on probation: whoever ends a process may do so because the version is
   * bad. Never rejects, and takes no longer than a write may.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopPolling();
    this.#cancelProbation();
    if (!this.#state.active) return;
    await this.#write(closedCopy(copyOf(this.#owner, this.#state)));
  }

  async #begin(state: PollState): Promise<void> {
    if (state.probationSinceMs !== undefined) await this.#save(state);
    this.#state = state;
    if (!state.active) return;
    this.#watchProbation(state);
    this.#replace(state.active);
    this.#deps.onChanged();
  }

  async #commit(next: PollState): Promise<void> {
    const before = this.#state;
    const isNew = next.active !== undefined && next.active.value !== before.active?.value;
    const onProbation = isNew && next.probationSinceMs !== undefined;
    // Its end would write the old version over the new one.
    if (isNew) this.#cancelProbation();
    if (onProbation) await this.#save(next);
    if (this.#closed) return;
    this.#state = next;
    if (isNew && next.active) this.#apply(next, next.active);
    if (next.refused && next.refused !== before.refused) this.#logRefusal(next.refused);
    if (next.failure && next.failures === 1) this.#logFailure(next.failure);
    if (!onProbation && isWorthSaving(before, next)) void this.#save();
    this.#deps.onChanged();
  }

  #apply(state: PollState, active: ActiveVersion): void {
    this.#watchProbation(state);
    const { label } = active;
    this.#deps.log('info', `${this.profile.name}: ${label} is in force`, {
      profile: this.profile.name,
      label,
    });
    this.#replace(active);
  }

  #watchProbation({ probationSinceMs }: PollState): void {
    if (probationSinceMs === undefined) return;
    this.#cancelProbation = this.#deps.clock.setTimer(() => this.#proved(), probationMs);
  }

  #replace({ value, label }: ActiveVersion): void {
    this.counters.hold(label);
    this.#value.replace(value, label);
  }

  #proved(): void {
    this.#state = endProbation(this.#state);
    void this.#save();
  }

  #parse(bytes: Uint8Array): Checked<unknown> {
    return frozen(parseContent(this.profile, bytes, 'tolerant'));
  }

  #save(state: PollState = this.#state): Promise<void> {
    return this.#write(copyOf(this.#owner, state));
  }

  async #write(copy: DiskCopy): Promise<void> {
    if (!this.#writer) return;
    const work = this.#writer.save(encodeCopy(copy));
    const late = () => this.#noteDisk(new Error('the disk does not answer'));
    await waitFor(this.#deps.clock, saveTimeoutMs, { work, late });
  }

  #noteDisk(error: unknown): void {
    const text = error === undefined ? undefined : error instanceof Error ? error.message : String(error);
    if (text !== undefined && text !== this.#diskError) {
      this.#deps.log('warn', `${formatProfile(this.#deps.address)}: ${text}`, { profile: this.profile.name });
    }
    this.#diskError = text;
  }

  #logRefusal(refused: { readonly label: string; readonly reason: string }): void {
    this.#deps.log('error', `${this.profile.name}: ${refused.label} was refused`, { ...refused });
  }

  #logFailure(failure: { readonly kind: string; readonly reason: string }): void {
    this.#deps.log('warn', `${this.profile.name}: AppConfig did not answer as it should`, { ...failure });
  }
}

/** A frozen value. */
function frozen(checked: Checked<unknown>): Checked<unknown> {
  return checked.ok ? { ok: true, value: deepFreeze(checked.value) } : checked;
}

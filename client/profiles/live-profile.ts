/** One profile on this node: what is in force, where it is kept, and what asks for the next version. */

import type { ProfileAddress } from '../../core/addresses.js';
import type { JsonValue } from '../../core/content/canonical-json.js';
import { type Checked, checkValue, parseContent } from '../../core/content/content.js';
import type { ConfigurationSessions } from '../../core/delivery/configuration-sessions.js';
import { describeProblem } from '../../core/errors.js';
import type { Profile } from '../../core/profiles.js';
import type { NodeClock } from '../clock.js';
import type { ProfileDisk } from '../disk/profile-disk.js';
import type { Config, ProfileState } from '../node.js';
import type { LabelCounters } from '../reports/label-counters.js';
import type { SafeLog } from '../safe-log.js';
import type { Secrets } from '../secrets/secrets.js';
import { createConfigValue } from './config-value.js';
import { deepFreeze } from './deep-freeze.js';
import { InForce } from './in-force.js';
import type { Pace } from './pace.js';
import {
  type ActiveVersion,
  emptyState,
  endProbation,
  type FoldContext,
  isWorthSaving,
  type PollState,
  type Refusal,
} from './poll-state.js';
import { startPolling } from './polling.js';
import { type Readiness, readinessOf } from './readiness.js';

/** A process that lives this long with a version is taken as proof that it can. */
const probationMs = 30_000;

export interface LiveProfileDeps {
  readonly profile: Profile;
  readonly address: ProfileAddress;
  readonly pace: Pace;
  readonly clock: NodeClock;
  readonly random: () => number;
  readonly sessions: ConfigurationSessions;
  readonly counters: LabelCounters;
  readonly secrets: Secrets;
  readonly log: SafeLog;
  /** Called after anything about the profile may have changed. */
  readonly onChanged: () => void;
}

export class LiveProfile {
  readonly profile: Profile;
  readonly address: ProfileAddress;
  readonly config: Config<unknown>;
  readonly counters: LabelCounters;
  /** What the service reads; a person's override is put over it there. */
  readonly inForce: InForce;
  readonly #deps: LiveProfileDeps;
  #disk: ProfileDisk | undefined;
  readonly #startedAtMs: number;
  #state: PollState = emptyState;
  #usesDefaults = false;
  #stopPolling: () => void = () => undefined;
  #cancelProbation: () => void = () => undefined;
  #closed = false;

  constructor(deps: LiveProfileDeps) {
    const { profile, address, log } = deps;
    this.profile = profile;
    this.address = address;
    this.counters = deps.counters;
    this.#deps = deps;
    this.#startedAtMs = deps.clock.now();
    const value = createConfigValue({ profile: profile.name, state: () => this.state(), log });
    this.inForce = new InForce(value, deps.counters);
    this.config = value.config;
  }

  /** Keeps its versions there from now on, and begins with what is there. Never rejects. */
  async takeUp(disk: ProfileDisk, begin: (parse: FoldContext['parse']) => PollState): Promise<void> {
    this.#disk = disk;
    const state = begin((bytes) => this.#parse(bytes));
    const { log, secrets } = this.#deps;
    const unfilled = await secrets.settle(state.active?.value);
    if (unfilled) return log('warn', `${this.profile.name}: not started from disk: ${unfilled.reason}`, {});
    await this.#begin(state);
    if (state.refused)
      log('warn', `${this.profile.name}: ${state.refused.label} is refused`, { ...state.refused });
  }

  /** Asks AppConfig, at once and from then on. */
  start(): void {
    const { clock, random, sessions, pace, address } = this.#deps;
    this.#stopPolling = startPolling({
      clock,
      random,
      sessions,
      pace,
      target: { ...address, ...requiredOf(pace) },
      parse: (bytes) => this.#parse(bytes),
      read: () => this.#state,
      commit: (next) => this.#commit(next),
    });
  }

  readiness(): Readiness {
    return this.#usesDefaults ? { kind: 'ready' } : readinessOf(this.#state);
  }

  /** Puts the profile's own defaults in force. @returns whether it has any that its schema admits. */
  async useDefaults(): Promise<boolean> {
    const { defaults } = this.profile;
    if (defaults === undefined) return false;
    const checked = frozen(checkValue(this.profile, structuredClone(defaults), 'tolerant'));
    const failure = checked.ok ? await this.#deps.secrets.settle(checked.value) : undefined;
    if (!checked.ok || failure) {
      const problems = checked.ok ? [failure?.reason] : checked.problems.map(describeProblem);
      this.#deps.log('error', `the defaults of ${this.profile.name} cannot be used`, { problems });
      return false;
    }
    this.#usesDefaults = true;
    this.inForce.take({ value: checked.value, content: () => defaults as JsonValue });
    return true;
  }

  /** The values that are held: the version's, and what is over it. */
  values(): readonly unknown[] {
    return [this.#state.active?.value, this.config.get()];
  }

  /** Makes its value anew, since the text of a secret has changed. What cannot be made stays as it is. */
  renew(): void {
    const { active } = this.#state;
    if (!active) return;
    const parsed = this.#parse(bytesOf(active));
    if (!parsed.ok || this.#deps.secrets.keeper?.fill(parsed.value)) return;
    const renewed = { ...active, value: parsed.value };
    this.#state = { ...this.#state, active: renewed };
    this.#replace(renewed);
  }

  /** True while AppConfig cannot be asked: one lost answer is nothing, two are, and one is where no cloud value is held. */
  isFailing(): boolean {
    const { failures, active } = this.#state;
    return failures >= (active?.source === 'cloud' ? 2 : 1);
  }

  state(): ProfileState {
    const { active, refused, lastPollAtMs, failure } = this.#state;
    const sinceMs = active?.confirmedAtMs ?? this.#startedAtMs;
    const override = this.inForce.layer?.state();
    const secretsError = this.#deps.secrets.keeper?.staleness(this.values());
    return {
      ...(active && { label: active.label }),
      source: active?.source ?? 'default',
      ageMs: Math.max(0, this.#deps.clock.now() - sinceMs),
      ...(refused && { refused: { label: refused.label, reason: refused.reason } }),
      ...(lastPollAtMs !== undefined && { lastPollAtMs }),
      ...(failure && { lastError: failure.reason }),
      ...(override && { override }),
      ...(secretsError !== undefined && { secretsError }),
    };
  }

  diskError(): string | undefined {
    return this.#disk?.error();
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
    await this.#disk?.saveClosed(this.#state);
  }

  async #begin(state: PollState): Promise<void> {
    if (state.probationSinceMs !== undefined) await this.#disk?.save(state);
    this.#state = state;
    if (!state.active) return;
    this.#watchProbation(state);
    this.#replace(state.active);
    this.#deps.onChanged();
  }

  /** A version whose secrets cannot be read is not taken: nobody sees a value that is not whole. */
  async #withSecrets(next: PollState): Promise<PollState> {
    const value = next.active?.value;
    if (value === this.#state.active?.value) return next;
    const unfilled = await this.#deps.secrets.settle(value);
    return unfilled?.notTaken(this.#state, next) ?? next;
  }

  async #commit(folded: PollState): Promise<void> {
    const next = await this.#withSecrets(folded);
    if (this.#closed) return;
    const before = this.#state;
    const isNew = next.active !== undefined && next.active.value !== before.active?.value;
    const onProbation = isNew && next.probationSinceMs !== undefined;
    // Its end would write the old version over the new one.
    if (isNew) this.#cancelProbation();
    if (onProbation) await this.#disk?.save(next);
    if (this.#closed) return;
    this.#state = next;
    if (isNew && next.active) this.#apply(next, next.active);
    if (next.refused && told(next.refused) !== told(before.refused)) this.#logRefusal(next.refused);
    if (next.failure && next.failures === 1) this.#logFailure(next.failure);
    if (!onProbation && isWorthSaving(before, next)) void this.#disk?.save(this.#state);
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

  #replace({ value, label, text }: ActiveVersion): void {
    this.inForce.take({ value, label, content: () => JSON.parse(text) as JsonValue });
  }

  #proved(): void {
    this.#state = endProbation(this.#state);
    void this.#disk?.save(this.#state);
  }

  #parse(bytes: Uint8Array): Checked<unknown> {
    return frozen(parseContent(this.profile, bytes, 'tolerant'));
  }

  #logRefusal({ again: _kept, ...refused }: Refusal): void {
    this.#deps.log('error', `${this.profile.name}: ${refused.label} was refused`, refused);
  }

  #logFailure(failure: { readonly kind: string; readonly reason: string }): void {
    this.#deps.log('warn', `${this.profile.name}: AppConfig did not answer as it should`, { ...failure });
  }
}

/** A refusal that comes again is no news. */
const told = (refused?: Refusal) => refused && refused.label + refused.reason;

const bytesOf = ({ text }: ActiveVersion): Uint8Array => new TextEncoder().encode(text);

const requiredOf = ({ requiredIntervalSeconds }: Pace) =>
  requiredIntervalSeconds === undefined ? {} : { requiredIntervalSeconds };

/** A frozen value. */
function frozen(checked: Checked<unknown>): Checked<unknown> {
  return checked.ok ? { ok: true, value: deepFreeze(checked.value) } : checked;
}

/** Holds the texts of the secrets that values in force name, in memory alone, and reads them anew from time to time. */

import { namesOf, parseReference } from '../../core/secrets/reference.js';
import { fillSecret } from '../../core/secrets/secret.js';
import {
  type SecretAnswer,
  type SecretFailure,
  type SecretValues,
  textAt,
} from '../../core/secrets/secret-values.js';
import { type OpenSecret, secretsIn } from '../../core/secrets/secrets-in.js';
import { boundedCall } from '../bounded-call.js';
import type { NodeClock } from '../clock.js';
import { jitteredMs } from '../profiles/pace.js';
import type { SafeLog } from '../safe-log.js';
import { unfilled } from './not-taken.js';
import type { Unfilled } from './secrets.js';

/** A call that hangs is given up; Secrets Manager answers in a fraction of a second. */
const callTimeoutMs = 5000;

export interface KeeperDeps {
  /** Absent: this node reads no secrets. */
  readonly values: SecretValues | undefined;
  readonly clock: NodeClock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly intervalMs: number;
  readonly log: SafeLog;
  readonly profiles: () => readonly SecretHolder[];
  /** Called when what is known of secrets may have changed. */
  readonly onChanged: () => void;
}

/** Who has values that name secrets. */
export interface SecretHolder {
  /** Those that are held: in force, or beneath an override. */
  values(): readonly unknown[];
  /** Makes its values anew. */
  renew(): void;
}

export class SecretKeeper {
  readonly #deps: KeeperDeps;
  readonly #texts = new Map<string, string>();
  /** By name: why the last attempt to read it anew failed. */
  readonly #failures = new Map<string, string>();
  readonly #reading = new Map<string, Promise<SecretAnswer>>();
  readonly #calls = new Set<AbortController>();
  #cancel: () => void;
  #closed = false;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#cancel = this.#later();
  }

  /** Asks for what is not held, then fills. */
  async settle(value: unknown): Promise<Unfilled | undefined> {
    const failure = (await this.#readMissing(secretsIn(value))) ?? this.fill(value);
    if (!failure) return undefined;
    const { clock, random, intervalMs } = this.#deps;
    return unfilled(failure, clock.now() + jitteredMs(intervalMs, random));
  }

  async #readMissing(secrets: readonly OpenSecret[]): Promise<SecretFailure | undefined> {
    const missing = namesOf(referencesOf(secrets)).filter((name) => !this.#texts.has(name));
    const answers = await Promise.all(
      missing.map(async (name) => ({ name, answer: await this.#read(name) })),
    );
    for (const { name, answer } of answers) {
      if (answer.kind !== 'text') return failureOf(name, answer);
      this.#texts.set(name, answer.text);
    }
    return undefined;
  }

  /** Fills a new value from memory: all of its secrets, or none. */
  fill(value: unknown): SecretFailure | undefined {
    const found = secretsIn(value).map((secret) => ({ secret, answer: this.#textOf(secret.reference) }));
    for (const { secret, answer } of found)
      if (answer.kind !== 'text') return failureOf(secret.reference, answer);
    for (const { secret, answer } of found) if (answer.kind === 'text') fillSecret(secret, answer.text);
    return undefined;
  }

  /** Why secrets of a value could not be read anew, the last time. */
  staleness(value: unknown): string | undefined {
    const name = namesIn(value).find((each) => this.#failures.has(each));
    return name && this.#failures.get(name);
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
    for (const call of this.#calls) call.abort();
    this.#texts.clear();
  }

  #textOf(text: string): SecretAnswer {
    const reference = parseReference(text);
    const held = reference && this.#texts.get(reference.name);
    return held === undefined
      ? { kind: 'unusable', reason: 'it was never read' }
      : textAt(reference ?? { name: text }, held);
  }

  #later(): () => void {
    const { clock, random, intervalMs } = this.#deps;
    return clock.setTimer(() => void this.#refresh(), jitteredMs(intervalMs, random));
  }

  /** What nothing in force names any more is forgotten. */
  async #refresh(): Promise<void> {
    const names = this.#namesInUse();
    const answers = await Promise.all(names.map(async (name) => ({ name, answer: await this.#read(name) })));
    if (this.#closed) return;
    const rotated = answers.filter(({ name, answer }) => this.#renew(name, answer)).map(({ name }) => name);
    const used = new Set(this.#namesInUse());
    for (const held of [this.#texts, this.#failures])
      for (const name of held.keys()) if (!used.has(name)) held.delete(name);
    for (const holder of this.#deps.profiles())
      if (namesIn(holder.values()).some((name) => rotated.includes(name))) holder.renew();
    this.#deps.onChanged();
    this.#cancel = this.#later();
  }

  #namesInUse(): readonly string[] {
    return namesIn(this.#deps.profiles().map((holder) => holder.values()));
  }

  /** @returns whether there is another text. A failure leaves the one that is held. */
  #renew(name: string, answer: SecretAnswer): boolean {
    if (answer.kind !== 'text') {
      const { reason } = failureOf(name, answer);
      if (!this.#failures.has(name))
        this.#deps.log('warn', `a secret cannot be read anew: ${reason}`, { secret: name });
      this.#failures.set(name, reason);
      return false;
    }
    this.#failures.delete(name);
    if (this.#texts.get(name) === answer.text) return false;
    this.#texts.set(name, answer.text);
    return true;
  }

  /** Whoever asks while somebody else does gets the same answer. */
  #read(name: string): Promise<SecretAnswer> {
    const under = this.#reading.get(name);
    if (under !== undefined) return under;
    const reading = this.#call(name).finally(() => this.#reading.delete(name));
    this.#reading.set(name, reading);
    return reading;
  }

  #call(name: string): Promise<SecretAnswer> {
    const { values, clock } = this.#deps;
    if (!values) return Promise.resolve({ kind: 'unusable', reason: 'this node reads no secrets' });
    const controller = new AbortController();
    this.#calls.add(controller);
    return boundedCall<SecretAnswer>({
      clock,
      timeoutMs: callTimeoutMs,
      controller,
      call: (signal) => values.read(name, signal),
      failed: (reason) => ({ kind: 'unreachable', reason }),
    }).finally(() => this.#calls.delete(controller));
  }
}

/** Names of the secrets in a value, each once. */
const namesIn = (value: unknown): readonly string[] => namesOf(referencesOf(secretsIn(value)));

const referencesOf = (secrets: readonly OpenSecret[]): readonly string[] =>
  secrets.map(({ reference }) => reference);

const failureOf = (what: string, { kind, reason }: SecretFailure): SecretFailure => ({
  kind,
  reason: `${what.startsWith('secretsmanager:') ? what : `secretsmanager:${what}`} cannot be read: ${reason}`,
});

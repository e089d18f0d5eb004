/** Everything AppConfig holds in memory: maps of immutable records, replaced when something changes. */
import { createHash } from 'node:crypto';
import { protectionPeriodMinutes } from '../limits.js';
import type { Deployment, Session } from './deployments.js';
import type {
  Application,
  Association,
  Environment,
  Extension,
  HostedVersion,
  Profile,
  Settings,
  Strategy,
} from './records.js';

export interface State {
  /** Source of every id, bucket and token of this account. */
  seed: string;
  /** Ids and ordinals given so far. */
  counter: number;
  settings: Settings;
  readonly applications: Map<string, Application>;
  readonly environments: Map<string, Environment>;
  readonly profiles: Map<string, Profile>;
  /** Per profile id, in order of number. */
  readonly versions: Map<string, readonly HostedVersion[]>;
  readonly strategies: Map<string, Strategy>;
  /** Per environment id; number n stands at index n - 1. */
  readonly deployments: Map<string, Deployment[]>;
  /** By `versionedKey(id, version)`. */
  readonly extensions: Map<string, Extension>;
  readonly associations: Map<string, Association>;
  /** Per ARN. */
  readonly tags: Map<string, Readonly<Record<string, string>>>;
  /** Environment or profile id → when a poll of it was last served. */
  readonly accesses: Map<string, number>;
  /** Least recently used first. */
  readonly sessions: Map<string, Session>;
  /** SHA-256 → bytes of hosted versions and deployments. */
  readonly contents: Map<string, Uint8Array>;
}

export function emptyState(seed: string): State {
  return {
    seed,
    counter: 0,
    settings: {
      DeletionProtection: { Enabled: false, ProtectionPeriodInMinutes: protectionPeriodMinutes.default },
      VendedMetrics: { Enabled: false },
    },
    applications: new Map(),
    environments: new Map(),
    profiles: new Map(),
    versions: new Map(),
    strategies: new Map(),
    deployments: new Map(),
    extensions: new Map(),
    associations: new Map(),
    tags: new Map(),
    accesses: new Map(),
    sessions: new Map(),
    contents: new Map(),
  };
}

export function versionedKey(id: string, version: number): string {
  return `${id}/${version}`;
}

export function nextOrdinal(state: State): number {
  state.counter += 1;
  return state.counter;
}

const idLength = 7;
const idAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Seven characters of `[a-z0-9]`, as every id AWS has been seen to give. */
export function nextId(state: State): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([state.seed, 'id', nextOrdinal(state)]))
    .digest();
  return [...digest.subarray(0, idLength)].map((byte) => idAlphabet[byte % idAlphabet.length]).join('');
}

/** Keeps the bytes and returns their hash; the same bytes are kept once. */
export function keepContent(state: State, bytes: Uint8Array): string {
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (!state.contents.has(hash)) state.contents.set(hash, Uint8Array.from(bytes));
  return hash;
}

/** The bytes of a hash that a record names. Throws when the state contradicts itself. */
export function contentOf(state: State, hash: string): Uint8Array {
  const bytes = state.contents.get(hash);
  if (!bytes) throw new Error(`AppConfig's state names content ${hash}, but does not hold it`);
  return bytes;
}

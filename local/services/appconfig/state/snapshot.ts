/** The whole state as JSON and back, so that a local AWS can stop and go on, rollouts under way included. */
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import { deploymentSchema, sessionSchema } from './deployments.js';
import {
  applicationSchema,
  associationSchema,
  environmentSchema,
  extensionSchema,
  profileSchema,
  settingsSchema,
  strategySchema,
  versionSchema,
} from './records.js';
import { emptyState, type State, versionedKey } from './state.js';

const snapshotSchema = z.object({
  format: z.literal(1),
  seed: z.string(),
  counter: z.int(),
  settings: settingsSchema,
  applications: z.array(applicationSchema),
  environments: z.array(environmentSchema),
  profiles: z.array(profileSchema),
  versions: z.array(versionSchema),
  strategies: z.array(strategySchema),
  deployments: z.array(deploymentSchema),
  extensions: z.array(extensionSchema),
  associations: z.array(associationSchema),
  tags: z.record(z.string(), z.record(z.string(), z.string())),
  accesses: z.record(z.string(), z.number()),
  sessions: z.array(sessionSchema),
  contents: z.record(z.string(), z.base64()),
});

type Snapshot = z.infer<typeof snapshotSchema>;

/** Shares its records with the state: they are never changed in place. Contents that nothing names any more are left out. */
export function takeSnapshot(state: State): Json {
  const versions = [...state.versions.values()].flat();
  const deployments = [...state.deployments.values()].flat();
  const named = new Set([
    ...versions.map((version) => version.contentHash),
    ...deployments.map((deployment) => deployment.data.contentHash),
  ]);
  const contents = [...state.contents]
    .filter(([hash]) => named.has(hash))
    .map(([hash, bytes]) => [hash, Buffer.from(bytes).toString('base64')] as const);
  const snapshot: Snapshot = {
    format: 1,
    seed: state.seed,
    counter: state.counter,
    settings: state.settings,
    applications: [...state.applications.values()],
    environments: [...state.environments.values()],
    profiles: [...state.profiles.values()],
    versions,
    strategies: [...state.strategies.values()],
    deployments,
    extensions: [...state.extensions.values()],
    associations: [...state.associations.values()],
    tags: Object.fromEntries(state.tags),
    accesses: Object.fromEntries(state.accesses),
    sessions: [...state.sessions.values()],
    contents: Object.fromEntries(contents),
  };
  return snapshot;
}

/** Throws, naming path and expectation, for anything that `takeSnapshot` did not write. Nothing is half-restored. */
export function readSnapshot(json: Json): State {
  const parsed = snapshotSchema.safeParse(json);
  if (!parsed.success) throw new Error(`Not a snapshot of AppConfig: ${z.prettifyError(parsed.error)}`);
  const snapshot = parsed.data;
  const state = emptyState(snapshot.seed);
  state.counter = snapshot.counter;
  state.settings = snapshot.settings;
  fillById(state, snapshot);
  fillLists(state, snapshot);
  fillDictionaries(state, snapshot);
  return state;
}

function fillById(state: State, snapshot: Snapshot): void {
  for (const record of snapshot.applications) state.applications.set(record.Id, record);
  for (const record of snapshot.environments) state.environments.set(record.Id, record);
  for (const record of snapshot.profiles) state.profiles.set(record.Id, record);
  for (const record of snapshot.strategies) state.strategies.set(record.Id, record);
  for (const record of snapshot.associations) state.associations.set(record.Id, record);
  for (const record of snapshot.sessions) state.sessions.set(record.id, record);
  for (const record of snapshot.extensions)
    state.extensions.set(versionedKey(record.Id, record.VersionNumber), record);
}

function fillLists(state: State, snapshot: Snapshot): void {
  for (const version of snapshot.versions) {
    const others = state.versions.get(version.ConfigurationProfileId) ?? [];
    state.versions.set(version.ConfigurationProfileId, [...others, version]);
  }
  for (const deployment of snapshot.deployments) {
    const others = state.deployments.get(deployment.EnvironmentId) ?? [];
    state.deployments.set(deployment.EnvironmentId, [...others, deployment]);
  }
}

function fillDictionaries(state: State, snapshot: Snapshot): void {
  for (const [arn, tags] of Object.entries(snapshot.tags)) state.tags.set(arn, tags);
  for (const [id, atMs] of Object.entries(snapshot.accesses)) state.accesses.set(id, atMs);
  for (const [hash, text] of Object.entries(snapshot.contents))
    state.contents.set(hash, Buffer.from(text, 'base64'));
}

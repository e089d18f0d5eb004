/** What a look is judged by: the nodes' records, the guard's memory, AppConfig's facts. Any of them may be missing. */

import { formatCluster } from '../../core/addresses.js';
import type { EnvironmentStore } from '../../core/delivery/deployments.js';
import type { GuardMemory, RolloutRecords } from '../../core/delivery/rollout-records.js';
import { UsageError } from '../../core/errors.js';
import type { NodeRecords, NodeSample } from '../../core/fleet/node-records.js';
import { nodesMax } from '../../core/guard/bounds.js';
import type { RolloutFacts } from '../../core/guard/look.js';
import { within } from '../within.js';
import { readFacts } from './facts.js';
import type { Subject } from './subject.js';
import type { Tick } from './tick.js';

/** Everything outside, for one look; calls that still run when `signal` aborts end. */
export interface Outside {
  readonly records: Pick<NodeRecords, 'sample'>;
  readonly rollouts: Pick<RolloutRecords, 'readGuard' | 'writeGuard'>;
  /** The environment of these ids; only its deployments are read. */
  readonly storeOf: (applicationId: string, environmentId: string) => EnvironmentStore;
}

export interface Inputs {
  readonly memory: Attempt<GuardMemory>;
  readonly sample: Attempt<NodeSample>;
  readonly facts: Attempt<RolloutFacts>;
}

/** What came of reading something. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

/** Facts of the deployment an environment was last looked at for: they do not change while it runs. */
export type KnownFacts = Map<string, { readonly number: number; readonly facts: RolloutFacts }>;

interface Gathering {
  readonly tick: Tick;
  readonly subject: Subject;
  readonly known: KnownFacts;
  readonly signal: AbortSignal;
}

/** Never throws, and never takes longer than the signal. */
export async function gather(outside: Outside, gathering: Gathering): Promise<Inputs> {
  const { tick, subject, signal } = gathering;
  const cluster = formatCluster(subject.address);
  const [memory, sample] = await Promise.all([
    attempt(signal, () => outside.rollouts.readGuard(cluster, tick.DeploymentNumber)),
    attempt(signal, () => readSample(outside, cluster)),
  ]);
  const kept = memory.ok ? memory.value.facts : undefined;
  const facts = await attempt(signal, () => factsOf(outside, gathering, kept));
  return { memory, sample, facts };
}

async function readSample({ records }: Outside, cluster: string): Promise<NodeSample> {
  const sample = await records.sample(cluster, nodesMax);
  if (sample.records.length > 0) return sample;
  throw new UsageError(`no node of ${cluster} has reported within the hour`, {
    hint: 'Look at whether its nodes run, and may put records on the stream of reports.',
  });
}

/** Kept with the memory, or by this container, or read. */
async function factsOf(outside: Outside, { tick, known }: Gathering, kept: RolloutFacts | undefined) {
  const { Application, Environment, DeploymentNumber: number } = tick;
  const key = `${Application.Id}/${Environment.Id}`;
  const last = known.get(key);
  const found = kept ?? (last?.number === number ? last.facts : undefined);
  const facts = found ?? (await readFacts(outside.storeOf(Application.Id, Environment.Id), number));
  known.set(key, { number, facts });
  return facts;
}

async function attempt<T>(signal: AbortSignal, read: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await within(signal, read()) };
  } catch (error) {
    return { ok: false, error };
  }
}

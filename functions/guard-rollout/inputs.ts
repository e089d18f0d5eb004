/** What a look is judged by: the nodes' records, the guard's memory, AppConfig's facts. Any of them may be missing. */

import { formatCluster } from '../../core/addresses.js';
import type { EnvironmentStore } from '../../core/delivery/deployments.js';
import type { GuardMemory, RolloutRecords } from '../../core/delivery/rollout-records.js';
import { ServiceUnavailable, UsageError } from '../../core/errors.js';
import { isStalled } from '../../core/fleet/liveness.js';
import type { NodeRecords, NodeSample } from '../../core/fleet/node-records.js';
import { nodesMax } from '../../core/guard/bounds.js';
import type { RolloutFacts } from '../../core/guard/look.js';
import type { GuardReport } from '../../core/guard/report.js';
import type { Clock } from '../../core/time.js';
import { within } from '../within.js';
import { readFacts } from './facts.js';
import type { Subject } from './subject.js';
import type { Tick } from './tick.js';

/** Everything outside, for one look; calls that still run when `signal` aborts end. */
export interface Outside {
  readonly records: Pick<NodeRecords, 'sample'>;
  readonly rollouts: Pick<RolloutRecords, 'read' | 'readGuard' | 'writeGuard'>;
  /** The environment of these ids; only its deployments are read. */
  readonly storeOf: (applicationId: string, environmentId: string) => EnvironmentStore;
}

export interface Inputs {
  readonly memory: Attempt<GuardMemory>;
  readonly sample: Attempt<NodeSample>;
  readonly facts: Attempt<RolloutFacts>;
  /** The last report that is known, be the memory readable or not; absent before the first. */
  readonly earlier?: GuardReport;
}

/** What came of reading something. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

/** What a container knows of the deployment that an environment was last looked at for. */
export interface Known {
  readonly number: number;
  /** They do not change while it runs. */
  readonly facts?: RolloutFacts;
  /** Of its own last look: there, whatever cannot be read. */
  readonly report?: GuardReport;
}

interface Gathering {
  readonly tick: Tick;
  readonly subject: Subject;
  /** Absent when this container has not looked at this deployment yet. */
  readonly known?: Known | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Never throws, and never takes longer than the signal. All at once: AppConfig is slow, and asked once by each container. */
export async function gather(outside: Outside, gathering: Gathering): Promise<Inputs> {
  const { tick, subject, known, signal } = gathering;
  const cluster = formatCluster(subject.address);
  const reading = known?.facts
    ? Promise.resolve({ ok: true as const, value: known.facts })
    : attempt(signal, () => factsOf(outside, tick));
  const [memory, read] = await Promise.all([
    attempt(signal, () => outside.rollouts.readGuard(cluster, tick.DeploymentNumber)),
    attempt(signal, () => readSample(outside, cluster)),
  ]);
  const sample = unlessStalled(read, cluster, gathering.clock);
  const kept = memory.ok ? memory.value : undefined;
  const [facts, earlier] = await Promise.all([
    kept?.facts ? { ok: true as const, value: kept.facts } : reading,
    kept?.report ?? recordedReport(outside, gathering),
  ]);
  return { memory, sample, facts, ...(earlier && { earlier }) };
}

async function readSample({ records }: Outside, cluster: string): Promise<NodeSample> {
  const sample = await records.sample(cluster, nodesMax);
  if (sample.records.length > 0) return sample;
  throw new UsageError(`no node of ${cluster} has reported within the hour`, {
    hint: 'Look at whether its nodes run, and may put records on the stream of reports.',
  });
}

/** Old records are no input: what they lack may have been said, and not have arrived. */
function unlessStalled(sample: Attempt<NodeSample>, cluster: string, clock: Clock): Attempt<NodeSample> {
  if (!sample.ok || !isStalled(sample.value.records, clock())) return sample;
  const error = new ServiceUnavailable(`no report of ${cluster} has arrived for more than a minute`, {
    hint: 'Look at whether record-load keeps up with the stream of reports, and whether nodes run.',
  });
  return { ok: false, error };
}

/** Without a memory: what this container said last, or what stands in the rollout's own record. The later one. */
async function recordedReport(outside: Outside, { tick, subject, known, signal }: Gathering) {
  const { DeploymentNumber: number } = tick;
  const read = () => outside.rollouts.read(formatCluster(subject.address), [number]);
  const records = await attempt(signal, read);
  const recorded = records.ok ? records.value.get(number)?.guard : undefined;
  const own = known?.report;
  return own && own.lookedAtMs >= (recorded?.lookedAtMs ?? 0) ? own : recorded;
}

const factsOf = (outside: Outside, { Application, Environment, DeploymentNumber }: Tick) =>
  readFacts(outside.storeOf(Application.Id, Environment.Id), DeploymentNumber);

async function attempt<T>(signal: AbortSignal, read: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await within(signal, read()) };
  } catch (error) {
    return { ok: false, error };
  }
}

/** What a rollout looks like from outside, as the tests of safe delivery ask for it. */

import { type History, history } from '../../../control/see/history.js';
import { type ProfileStatus, status } from '../../../control/see/status/status.js';
import type { ChangeEvent } from '../../../core/delivery/change-events.js';
import { type Deployment, isRunning } from '../../../core/delivery/deployments.js';
import type { GuardReport } from '../../../core/guard/report.js';
import type { FleetNode, NodeOptions, ProfileName } from '../manual/fleet-node.js';
import { type ManualWorld, minuteMs } from '../manual-world.js';

export const staging = { application: 'treasure-hunt', environment: 'staging' } as const;
export const gameplay = { ...staging, profile: 'gameplay' } as const;

/** Nodes that report three times a minute: three times between two ticks of a rollout. */
export const rarely = { report: { intervalSeconds: 20 } } as const satisfies NodeOptions;

export async function deploymentOf(world: ManualWorld, number: number): Promise<Deployment> {
  const { store } = await world.cloud.environment(staging);
  return store.deployment(number);
}

/** Moves time on until the deployment is over, whatever came of it. */
export function ended(world: ManualWorld, number: number, maxMs = 25 * minuteMs): Promise<Deployment> {
  const isOver = async () => {
    const deployment = await deploymentOf(world, number);
    return !isRunning(deployment) && deployment;
  };
  return world.until(isOver, `the end of deployment ${number}`, maxMs);
}

/** Why it was taken back, in AppConfig's words. */
export const causeOf = ({ log }: Deployment): string | undefined =>
  log.find(({ type }) => type === 'ROLLBACK_STARTED')?.description;

/** Moves time on until the nodes hold this label. */
export async function held(world: ManualWorld, nodes: readonly FleetNode[], label: string): Promise<void> {
  const isHeld = () => nodes.every((node) => node.label('gameplay') === label);
  await world.until(isHeld, `${label} on ${nodes.length} nodes`, minuteMs);
}

/** The change events of one deployment in the order in which consumers get them, each once. */
export async function changesOf(world: ManualWorld, number: number): Promise<ChangeEvent[]> {
  const events = new Map<string, ChangeEvent>();
  for await (const { event } of world.cloud.changes({ follow: false }))
    if (event.data.deployment === number && !events.has(event.id)) events.set(event.id, event);
  return [...events.values()];
}

export async function statusOf(world: ManualWorld, profile: ProfileName): Promise<ProfileStatus> {
  const { profiles } = await status(world.cloud, { ...staging, profile });
  const [only] = profiles;
  if (only === undefined) throw new Error(`no status of ${profile}`);
  return only;
}

export async function historyOf(world: ManualWorld, number: number): Promise<History['entries'][number]> {
  const { entries } = await history(world.cloud, { address: staging });
  const entry = entries.find(({ deployment }) => deployment === number);
  if (entry === undefined) throw new Error(`deployment ${number} is not in the history`);
  return entry;
}

/** What the guard said last. */
export async function reportOf(world: ManualWorld, number: number): Promise<GuardReport> {
  const records = await world.cloud.rollouts.read('treasure-hunt/staging', [number]);
  const report = records.get(number)?.guard;
  if (report === undefined) throw new Error(`the guard said nothing of deployment ${number}`);
  return report;
}

/** Labels of a profile by the records of its live nodes, by node. */
export async function recordedLabels(
  world: ManualWorld,
  profile: ProfileName,
): Promise<Readonly<Record<string, string | undefined>>> {
  const records = await world.cloud.records.list('treasure-hunt/staging');
  return Object.fromEntries(records.map(({ node, profiles }) => [node, profiles[profile]?.label]));
}

/** Runs the story of `veltrix dev`: local AWS, stacks, first versions, nodes, then whatever the person does. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { NotConverged, RolledBack } from '../../control/act/outcomes.js';
import { type Published, publish } from '../../control/act/publish.js';
import type { Cloud } from '../../control/cloud.js';
import { connect } from '../../control/connect.js';
import type { LoadedApplication } from '../../control/files/workspace.js';
import { status as readStatus, type Status } from '../../control/see/status.js';
import { type ClusterAddress, formatCluster } from '../../core/addresses.js';
import { isVeltrixError, ServiceUnavailable } from '../../core/errors.js';
import type { DeployResult, LocalAws } from '../../local/index.js';
import type { Context } from '../command.js';
import { synthesize } from '../local-aws/assembly.js';
import { deployFailed } from '../local-aws/control.js';
import { serveLocalAws } from '../local-aws/serve.js';
import { type Fleet, startFleet } from './nodes.js';
import { isConverged, type Tell, versionsOf } from './story.js';

/** What the sample's nodes are part of. */
const sample: ClusterAddress = { application: 'treasure-hunt', environment: 'staging' };
/** How often the view looks. */
const lookEveryMs = 500;
/** After this a fleet of one machine has converged, or something is wrong. */
const convergenceTimeoutMs = 120_000;

export interface DevOptions {
  readonly port?: number | undefined;
  readonly speed: number;
  readonly nodes: number;
  readonly once: boolean;
}

/** Tells the story until it is interrupted (or over, with `once`), then stops everything it started. */
export async function runDev(context: Context, options: DevOptions, tell: Tell): Promise<void> {
  const cleanups: (() => Promise<unknown>)[] = [];
  const later = (cleanup: () => Promise<unknown>) => cleanups.unshift(cleanup);
  try {
    await tellStory({ context, options, tell, later });
  } catch (error) {
    if (!context.signal.aborted || options.once) throw error;
  } finally {
    tell({ event: 'stopping' });
    for (const cleanup of cleanups) await cleanup().catch(() => undefined);
  }
}

interface Stage {
  readonly context: Context;
  readonly options: DevOptions;
  readonly tell: Tell;
  /** Registers what is undone at the end, last first. */
  readonly later: (cleanup: () => Promise<unknown>) => void;
}

interface Play extends Stage {
  readonly cloud: Cloud;
  readonly loaded: LoadedApplication;
  readonly startedMs: number;
}

async function tellStory(stage: Stage): Promise<void> {
  const { context, options, later } = stage;
  const startedMs = performance.now();
  const workspace = await context.workspace();
  const scratch = await mkdtemp(path.join(tmpdir(), 'veltrix-dev-'));
  later(() => rm(scratch, { recursive: true, force: true }));
  const assembly = path.join(scratch, 'assembly');
  const [local, loaded] = await Promise.all([
    startLocal(stage),
    workspace.load(sample.application),
    synthesizeInto(stage, workspace.root, assembly),
  ]);
  await deploy(stage, local, assembly);
  useLocal(context, local);
  const cloud = connect({ stage: context.stage, target: `local AWS at ${local.endpoint}` });
  const play: Play = { ...stage, cloud, loaded, startedMs };
  for (const { name } of loaded.application.profiles) await publishFirst(play, name);
  const fleet = startNodes(play, path.join(scratch, 'nodes'));
  await Promise.race([fleet.ready, interrupted(context.signal)]);
  const first = await untilConverged(play);
  if (options.once) await changeOnce(play);
  else await followAlong(play, first);
}

async function startLocal({ context, options, tell, later }: Stage): Promise<LocalAws> {
  const { port, speed } = options;
  const local = await serveLocalAws({ directory: context.directory, port, speed });
  later(() => local.close());
  tell({ event: 'local-aws', endpoint: local.endpoint, speed });
  return local;
}

async function synthesizeInto(
  { context, tell }: Stage,
  root: string,
  outputDirectory: string,
): Promise<void> {
  const startedMs = performance.now();
  await synthesize({ root, outputDirectory, environment: context.environment, signal: context.signal });
  tell({ event: 'synthesized', durationMs: Math.round(performance.now() - startedMs) });
}

async function deploy({ tell }: Stage, local: LocalAws, assembly: string): Promise<void> {
  const startedMs = performance.now();
  let result: DeployResult;
  try {
    result = await local.deploy(assembly, {
      onProgress: (progress) => tell({ event: 'deploying', progress }),
    });
  } catch (error) {
    throw deployFailed(error instanceof Error ? error.message : String(error));
  }
  tell({ event: 'deployed', durationMs: Math.round(performance.now() - startedMs), stacks: result.stacks });
}

/** From here on this process, and what it starts, talks to the local AWS, whatever account its shell was signed in to. */
function useLocal({ environment }: Context, local: LocalAws): void {
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_DEFAULT_REGION']) delete environment[name];
  Object.assign(environment, local.environment);
}

/** The first version of each profile. The environment takes one at a time, so the next waits for the one before. */
async function publishFirst(play: Play, profile: string): Promise<void> {
  const { cloud, loaded, tell, context } = play;
  const order = {
    address: { ...sample, profile },
    author: context.author(),
    reason: 'first version, by veltrix dev',
  };
  const published = await whenFree(play, () => publish(cloud, loaded, order));
  const { address, version, unchanged } = published;
  tell({ event: 'published', address, version, unchanged });
}

async function whenFree<T>({ cloud, context }: Play, act: () => Promise<T>): Promise<T> {
  const deadlineMs = cloud.clock() + convergenceTimeoutMs;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      const isBusy = isVeltrixError(error) && error.code === 'VELTRIX_DEPLOYMENT_IN_PROGRESS';
      if (!isBusy || cloud.clock() > deadlineMs || context.signal.aborted) throw error;
    }
    await cloud.wait(lookEveryMs, context.signal);
  }
}

function startNodes({ context, options, tell, later }: Play, directory: string): Fleet {
  const fleet = startFleet({
    count: options.nodes,
    program: fileURLToPath(new URL('../../sample/node.mjs', import.meta.url)),
    environmentName: sample.environment,
    stage: context.stage,
    directory,
    environment: context.environment,
    onReady: (ready) => tell({ event: 'nodes', ready, wanted: options.nodes }),
    onLost: (node, complaint) => tell({ event: 'node-lost', node, complaint }),
  });
  later(() => fleet.stop());
  return fleet;
}

/** Looks until every node holds every profile's version. @throws NotConverged, RolledBack. */
async function untilConverged(play: Play, published?: Published): Promise<Status> {
  const { cloud, options, tell, context } = play;
  const beganMs = cloud.clock();
  for (;;) {
    const status = await look(play);
    if (isConverged(status, options.nodes) && shows(status, published)) {
      const elapsedMs = Math.round(performance.now() - play.startedMs);
      tell({ event: 'converged', nodes: options.nodes, elapsedMs, versions: versionsOf(status.profiles) });
      return status;
    }
    demandStanding(status);
    context.signal.throwIfAborted();
    if (cloud.clock() - beganMs > convergenceTimeoutMs) throw late(status, options.nodes);
    await cloud.wait(lookEveryMs, context.signal);
  }
}

/** True when the status is already about what was published. */
function shows({ profiles }: Status, published: Published | undefined): boolean {
  if (published === undefined) return true;
  const profile = profiles.find(({ address }) => address === published.address);
  return (profile?.rollout ?? profile?.deployed)?.label === published.label;
}

async function look({ cloud, tell }: Play): Promise<Status> {
  const status = await readStatus(cloud, sample);
  tell({ event: 'status', status });
  return status;
}

function demandStanding({ profiles }: Status): void {
  for (const { address, undone } of profiles) {
    if (undone) throw new RolledBack(address, undone);
  }
}

function late({ profiles }: Status, nodeCount: number): NotConverged {
  const behind = [...new Set(profiles.flatMap(({ nodes }) => [...nodes.waiting, ...nodes.silent]))];
  const held = profiles.map(({ address, nodes }) => `${address} by ${nodes.holding.length}`).join(', ');
  return new NotConverged(
    `not all of ${nodeCount} nodes followed within ${convergenceTimeoutMs / 1000} s: held ${held}`,
    { hint: `Ask why: \`veltrix nodes ${formatCluster(sample)} --behind\`.`, behind },
  );
}

/** Changes one value, in memory only, and waits until every node holds it. */
async function changeOnce(play: Play): Promise<void> {
  const { cloud, loaded, tell, context } = play;
  const profile = loaded.application.profiles[0]?.name;
  if (profile === undefined) throw nothingToChange();
  const address = { ...sample, profile };
  const published = await whenFree(play, () =>
    publish(cloud, loaded, {
      address,
      author: context.author(),
      reason: 'one value changed, by veltrix dev --once',
      change: increaseFirstNumber,
    }),
  );
  tell({
    event: 'published',
    address: published.address,
    version: published.version,
    unchanged: published.unchanged,
  });
  await untilConverged(play, published);
}

/** The same value with its first whole number one larger: `coolDownMs` 5000 → 5001. */
function increaseFirstNumber(value: unknown): unknown {
  const entries = Object.entries(value as object);
  const [found] = entries.filter(([, item]) => Number.isInteger(item));
  if (!found) throw nothingToChange();
  return { ...(value as object), [found[0]]: Number(found[1]) + 1 };
}

const nothingToChange = (): ServiceUnavailable =>
  new ServiceUnavailable('The sample has no whole number to change', {
    hint: 'Give its first profile one at the top level.',
  });

/** Stays up and looks, until it is interrupted. A look that fails is told once, and tried again. */
async function followAlong(play: Play, first: Status): Promise<void> {
  const { cloud, context, tell } = play;
  let trouble = '';
  let known = versionsOf(first.profiles);
  while (!context.signal.aborted) {
    await cloud.wait(lookEveryMs, context.signal);
    try {
      const status = await look(play);
      const versions = versionsOf(status.profiles);
      if (versions !== known && isConverged(status, play.options.nodes)) {
        known = versions;
        tell({
          event: 'converged',
          nodes: play.options.nodes,
          elapsedMs: Math.round(performance.now() - play.startedMs),
          versions,
        });
      }
      trouble = '';
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== trouble && !context.signal.aborted) tell({ event: 'trouble', message });
      trouble = message;
    }
  }
}

function interrupted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () =>
      reject(new ServiceUnavailable('Interrupted', { hint: 'Start it again when you like.' }));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Runs the story of `veltrix dev`: local AWS, stacks, first versions, nodes, then whatever the person does. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { publish } from '../../control/act/publish.js';
import { connect } from '../../control/connect.js';
import { isVeltrixError, ServiceUnavailable } from '../../core/errors.js';
import type { DeployResult, LocalAws } from '../../local/index.js';
import type { Context } from '../command.js';
import { synthesize } from '../local-aws/assembly.js';
import { deployFailed } from '../local-aws/control.js';
import { serveLocalAws } from '../local-aws/serve.js';
import { followAlong, untilConverged } from './follow.js';
import { type Fleet, startFleet } from './nodes.js';
import { convergenceTimeoutMs, type DevOptions, lookEveryMs, type Play, type Stage, sample } from './play.js';
import type { Tell } from './story.js';

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

async function tellStory(stage: Stage): Promise<void> {
  const { context, options, later } = stage;
  const startedMs = performance.now();
  const workspace = await context.workspace();
  const scratch = await mkdtemp(path.join(tmpdir(), 'veltrix-dev-'));
  later(() => rm(scratch, { recursive: true, force: true }));
  const assembly = path.join(scratch, 'assembly');
  // One after the other: what fails must not leave something behind it running.
  const loaded = await workspace.load(sample.application);
  const local = await startLocal(stage);
  await synthesizeInto(stage, workspace.root, assembly);
  await deploy(stage, local, assembly);
  useLocal(context, local);
  const cloud = connect({ stage: context.stage, target: `local AWS at ${local.endpoint}` });
  const play: Play = { ...stage, cloud, loaded, startedMs, over: endOf(context, local) };
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

function endOf({ signal }: Context, local: LocalAws): AbortSignal {
  const stopped = new AbortController();
  local.closed.then(
    () => stopped.abort(),
    () => stopped.abort(),
  );
  return AbortSignal.any([signal, stopped.signal]);
}

function interrupted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () =>
      reject(new ServiceUnavailable('Interrupted', { hint: 'Start it again when you like.' }));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}

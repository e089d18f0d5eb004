/** Raises what is played on: local AWS, stacks, first versions, nodes. And takes it all away again. */

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '../../control/connect.js';
import type { Home } from '../../control/files/stages.js';
import { demandEnvironment, type Workspace } from '../../control/files/workspace.js';
import type { ClusterAddress } from '../../core/addresses.js';
import { ServiceUnavailable } from '../../core/errors.js';
import type { DeployResult, LocalAws } from '../../local/index.js';
import type { Context } from '../command.js';
import { synthesize } from '../local-aws/assembly.js';
import { deployFailed } from '../local-aws/control.js';
import { serveLocalAws } from '../local-aws/serve.js';
import { type Fleet, type FleetOptions, startFleet } from './nodes.js';
import type { Company, Play, Stage } from './play.js';
import { publishForGood } from './publish.js';
import { createScratch } from './scratch.js';

/** Lets `act` play before a fleet that serves, then stops everything that was started. */
export async function onStage(company: Company, act: (play: Play) => Promise<void>): Promise<void> {
  const cleanups: (() => Promise<unknown>)[] = [];
  const later = (cleanup: () => Promise<unknown>) => cleanups.unshift(cleanup);
  try {
    await act(await raise({ ...company, later }));
  } finally {
    company.tell({ event: 'stopping' });
    for (const cleanup of cleanups) await cleanup().catch(() => undefined);
  }
}

async function raise(stage: Stage): Promise<Play> {
  const { context } = stage;
  const startedMs = performance.now();
  const workspace = await context.workspace();
  const scratch = await makeScratch(stage);
  const assembly = path.join(scratch, 'assembly');
  // One after the other: what fails must not leave something behind it running.
  const { cluster, loaded } = await chooseCluster(workspace, stage.options.cluster);
  const home = await context.home(cluster);
  const local = await startLocal(stage, home);
  await synthesizeInto(stage, { root: workspace.root, assembly, home });
  await deploy(stage, local, assembly);
  useLocal(context, local);
  const cloud = connect({ stage: home.name, target: `local AWS at ${local.endpoint}` });
  const play: Play = { ...stage, home, cloud, cluster, loaded, startedMs, over: endOf(context, local) };
  for (const { name } of loaded.application.profiles) {
    await publishForGood(play, { profile: name, reason: 'first version' });
  }
  const fleet = startNodes(play, { root: workspace.root, directory: path.join(scratch, 'nodes') });
  await Promise.race([fleet.ready, interrupted(context.signal)]);
  return play;
}

/** All that this process and its children keep for a while is kept in it, so a kill leaves one folder that tells whose it is. */
async function makeScratch({ context, later }: Stage): Promise<string> {
  const scratch = await createScratch(tmpdir());
  later(() => rm(scratch, { recursive: true, force: true }));
  context.environment.TMPDIR = scratch;
  return scratch;
}

async function startLocal({ context, options, tell, later }: Stage, { stage }: Home): Promise<LocalAws> {
  const { port, speed } = options;
  const local = await serveLocalAws({ directory: context.directory, port, speed, stage });
  later(() => local.close());
  tell({ event: 'local-aws', endpoint: local.endpoint, speed });
  return local;
}

interface Made {
  /** The project's. */
  readonly root: string;
  /** Where the assembly is written to. */
  readonly assembly: string;
  readonly home: Home;
}

async function synthesizeInto(
  { context: { environment, signal }, tell }: Stage,
  { root, assembly, home }: Made,
): Promise<void> {
  const startedMs = performance.now();
  await synthesize({ root, outputDirectory: assembly, environment, signal, stage: home.stage?.name });
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

interface Places {
  /** The project's. */
  readonly root: string;
  /** Where nodes keep what they hold. */
  readonly directory: string;
}

function startNodes(
  { cluster, home, context, options, tell, later }: Play,
  { root, directory }: Places,
): Fleet {
  const fleet = startFleet({
    count: options.nodes,
    ...programOf(root, cluster),
    environmentName: cluster.environment,
    stage: home.name,
    directory,
    pace: options.pace,
    environment: context.environment,
    onReady: (ready) => tell({ event: 'nodes', ready, wanted: options.nodes }),
    onTook: (took) => tell({ event: 'took', ...took }),
    onLost: (node, complaint) => tell({ event: 'node-lost', node, complaint }),
  });
  later(() => fleet.stop());
  return fleet;
}

/** The Treasure Hunt has a program of its own; nodes of any other application hold, report, and do work that comes to nothing. */
function programOf(
  root: string,
  { application }: ClusterAddress,
): Pick<FleetOptions, 'program' | 'settings'> {
  const own = fileURLToPath(new URL(`../../sample/${application}.mjs`, import.meta.url)); // not in the package of the command
  if (existsSync(own)) return { program: own, settings: {} };
  return {
    program: fileURLToPath(new URL('../plain-node.js', import.meta.url)),
    settings: { APPLICATION_FILE: path.join(root, 'config', application, 'application.ts') },
  };
}

async function chooseCluster(workspace: Workspace, wanted: ClusterAddress | undefined) {
  const [first = ''] = workspace.names; // a workspace has one at least
  const loaded = await workspace.load(wanted?.application ?? first);
  const { name: application, environments } = loaded.application;
  const environment = wanted?.environment ?? environments[0] ?? '';
  demandEnvironment(loaded.application, environment);
  return { loaded, cluster: { application, environment } };
}

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

/**
 * The whole system for the tests of one file: a local AWS with the synthesized stacks deployed to it, the operator's view of
 * it, and nodes. Rollouts run 600 times as fast (AppConfig's clock alone is hastened); everything else is real.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, inject, vi } from 'vitest';
import { type ConnectOptions, connect as connectNode, type Node } from '../../client/index.js';
import { treasureHunt } from '../../config/treasure-hunt/application.js';
import { type Published, publish } from '../../control/act/publish.js';
import type { Cloud } from '../../control/cloud.js';
import { connect } from '../../control/connect.js';
import { type LoadedApplication, openWorkspace } from '../../control/files/workspace.js';
import { isRunning } from '../../core/delivery/deployments.js';
import type { Application } from '../../core/profiles.js';
import { type LocalAws, startLocalAws } from '../../local/index.js';
import { useEnvironment } from './aws-environment.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const speed = 600;

export type ProfileName = 'gameplay' | 'limits';
type Content = Record<string, unknown>;

export interface World {
  readonly aws: LocalAws;
  readonly cloud: Cloud;
  /** Empty, and gone after the tests. */
  readonly directory: string;
  readonly loaded: LoadedApplication;
  /** Publishes a profile's file to staging, with these members in place of the file's. */
  publish(profile: ProfileName, change?: Content): Promise<Published>;
  /** Starts nodes that poll and report several times a second, and waits until they are seen. Closed after the tests. */
  nodes(count: number, options?: Options<typeof treasureHunt>): Promise<Node<typeof treasureHunt>[]>;
  /** Resolves when the records show these nodes as ready. */
  seen(names: readonly string[]): Promise<void>;
  node<App extends Application>(application: App, options: Options<App>): Promise<Node<App>>;
}

type Options<App extends Application> = Partial<ConnectOptions<App>>;

/** Call it once, in the file's body. Both profiles are published when the first test begins. */
export function inWorld(): () => World {
  let world: World;
  const started: Node[] = [];
  let restore: () => void;
  beforeAll(async () => {
    const aws = await startLocalAws({ port: 0, speed });
    restore = useEnvironment(aws.environment);
    await aws.deploy(inject('assembly'));
    const directory = await mkdtemp(path.join(tmpdir(), 'veltrix-system-'));
    world = await makeWorld({ aws, directory, started });
    await world.publish('gameplay');
    await untilFree(world.cloud);
    await world.publish('limits');
    await untilFree(world.cloud);
  });
  afterAll(async () => {
    await Promise.all(started.map((node) => node.close()));
    await world?.aws.close();
    await rm(world?.directory ?? '', { recursive: true, force: true });
    restore?.();
  });
  return () => world;
}

/** Resolves when no deployment occupies staging: AppConfig runs one at a time. */
async function untilFree(cloud: Cloud): Promise<void> {
  const isFree = async () => {
    const { store } = await cloud.environment({ application: 'treasure-hunt', environment: 'staging' });
    for await (const deployment of store.deployments()) return !isRunning(deployment);
    return true;
  };
  await vi.waitUntil(isFree, { timeout: 20_000, interval: 50 });
}

interface Parts {
  readonly aws: LocalAws;
  readonly directory: string;
  readonly started: Node[];
}

async function makeWorld({ aws, directory, started }: Parts): Promise<World> {
  const cloud = connect({ stage: 'main', target: aws.endpoint });
  const loaded = await (await openWorkspace(root)).load('treasure-hunt');
  const node = async <App extends Application>(application: App, options: Options<App>) => {
    const made = await connectNode(application, {
      environment: 'staging',
      directory: path.join(directory, 'nodes'),
      poll: { intervalSeconds: 0.3 },
      report: { intervalSeconds: 0.5 },
      ...options,
    });
    started.push(made);
    return made;
  };
  const seen = async (names: readonly string[]) => {
    const isSeen = async () => {
      const records = await cloud.records.list('treasure-hunt/staging');
      return names.every((name) =>
        records.some((record) => record.node === name && record.health === 'ready'),
      );
    };
    await vi.waitUntil(isSeen, { timeout: 20_000, interval: 100 });
  };
  return {
    aws,
    cloud,
    seen,
    directory,
    loaded,
    node,
    nodes: async (count, options = {}) => {
      const names = Array.from({ length: count }, (_, index) => `node-${index + 1}`);
      const made = await Promise.all(names.map((name) => node(treasureHunt, { ...options, node: name })));
      await seen(names);
      return made;
    },
    publish: async (profile, change = {}) =>
      publish(cloud, loaded, {
        address: { application: 'treasure-hunt', environment: 'staging', profile },
        author: 'anna',
        reason: 'a test',
        change: (value) => ({ ...(value as Content), ...change }),
      }),
  };
}

/** A node under test with everything around it, on one virtual clock. */

import * as z from 'zod';
import { connectWith } from '../../client/connect.js';
import type { CopyFiles } from '../../client/disk/copy-files.js';
import type { Node } from '../../client/node.js';
import type { ConnectOptions } from '../../client/options.js';
import { defineApplication, defineProfile } from '../../core/profiles.js';
import { AppConfigTwin, DiskTwin, StreamTwin } from './twins.js';
import { virtualClock } from './virtual-clock.js';

export const gameplay = defineProfile({
  name: 'gameplay',
  description: 'How a hunt plays.',
  schemaVersion: 3,
  schema: z.object({
    coolDownMs: z.int().min(0).max(60_000),
    tiers: z.record(z.string(), z.object({ hints: z.int() })).default({}),
  }),
  defaults: { coolDownMs: 5000 },
});

export const limits = defineProfile({
  name: 'limits',
  description: 'How much a node takes on.',
  schemaVersion: 1,
  schema: z.object({ queueSize: z.int().min(1) }),
});

export const hunt = defineApplication({
  name: 'hunt',
  environments: ['staging', 'production'],
  profiles: [gameplay, limits],
});

export type Hunt = typeof hunt;

/** Numbers from 0 up to 1 that repeat (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
}

export function createWorld({ random = () => 0.5 }: { readonly random?: () => number } = {}) {
  const clock = virtualClock();
  const appConfig = new AppConfigTwin(clock);
  const stream = new StreamTwin(clock);
  const disk = new DiskTwin();
  const logged: LogLine[] = [];
  appConfig.deploy('gameplay', { coolDownMs: 800 }, 'v1-aaaaaaaa');
  appConfig.deploy('limits', { queueSize: 10 }, 'v1-bbbbbbbb');
  const outside = { clock, random, sessions: appConfig, reports: stream, hostName: 'host' };
  const start = (options: Partial<ConnectOptions<Hunt>> = {}, files: CopyFiles = disk): Promise<Node<Hunt>> =>
    connectWith(
      hunt,
      {
        environment: 'staging',
        node: 'n1',
        log: (level, message) => logged.push({ level, message }),
        ...options,
      },
      { ...outside, disk: options.directory === false ? undefined : files },
    );
  /** Connects while time goes on, as it does outside. */
  const connect = async (options: Partial<ConnectOptions<Hunt>> = {}, files: CopyFiles = disk) => {
    const starting = start(options, files);
    await clock.settle();
    return starting;
  };
  return { clock, appConfig, stream, disk, logged, outside, start, connect };
}

export type World = ReturnType<typeof createWorld>;

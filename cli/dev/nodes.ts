/** The fleet's nodes: processes of their own, as a fleet would run them. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { ServiceUnavailable } from '../../core/errors.js';

/** How long a node may take to leave in good order before it is killed. */
const stopTimeoutMs = 6_000;
/** Starting is work for the processor: more at once, and each takes so long that it gives up on AWS. */
const startsAtOnce = 4;
/** A node that gave up on a machine under load is started again. */
const attemptsMax = 3;

/** How often nodes ask and report, and what they have to do. */
export interface Pace {
  readonly pollIntervalSeconds: number;
  readonly reportIntervalSeconds: number;
  /** Attempts of simulated players per second and node. */
  readonly playersPerSecond: number;
  /** Attempts that a node judges at once. */
  readonly capacity: number;
}

/** A node put another version in force. */
export interface Took {
  readonly node: string;
  readonly profile: string;
  /** The version before; absent for a default. */
  readonly previous?: string;
  /** Absent for a default. */
  readonly label?: string;
}

export interface Fleet {
  /** Resolves when every node serves. @throws ServiceUnavailable when one could not start. */
  readonly ready: Promise<void>;
  /** Tells every node to leave, and kills what has not after a while. */
  stop(): Promise<void>;
}

export interface FleetOptions {
  readonly count: number;
  /** Path of the node's program. */
  readonly program: string;
  /** What the program is told beside. */
  readonly settings: Readonly<Record<string, string>>;
  readonly environmentName: string;
  readonly stage: string;
  /** Where nodes keep their last good configuration. */
  readonly directory: string;
  readonly pace: Pace;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Not of the versions that a node starts with. */
  readonly onTook: (took: Took) => void;
  readonly onReady: (readyCount: number) => void;
  /** A node that ended by itself. */
  readonly onLost: (node: string, complaint: string) => void;
}

export function startFleet(options: FleetOptions): Fleet {
  const running = new Set<Node>();
  const names = Array.from({ length: options.count }, (_, index) => `node-${index + 1}`);
  let readyCount = 0;
  let stopping = false;
  const start = async (name: string, attempt = 1): Promise<void> => {
    const node = startNode(options, name);
    running.add(node);
    const isServing = await Promise.race([node.serving.then(() => true), node.ended.then(() => false)]);
    if (isServing) {
      node.ended.then(() => stopping || options.onLost(name, node.complaint()), ignore);
      readyCount += 1;
      options.onReady(readyCount);
    } else if (!stopping) {
      if (attempt >= attemptsMax) throw cannotStart(name, node.complaint());
      await start(name, attempt + 1);
    }
  };
  const lanes = Array.from({ length: startsAtOnce }, async () => {
    for (let name = names.shift(); name !== undefined && !stopping; name = names.shift()) await start(name);
  });
  return {
    ready: Promise.all(lanes).then(ignore),
    async stop() {
      stopping = true;
      await Promise.all([...running].map(stopNode));
    },
  };
}

interface Node {
  readonly name: string;
  readonly child: ChildProcess;
  readonly serving: Promise<void>;
  readonly ended: Promise<unknown>;
  /** The last it said on standard error. */
  readonly complaint: () => string;
}

const lineSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('ready') }),
  z.object({
    event: z.literal('config'),
    profile: z.string(),
    label: z.string().nullable(),
    previous: z.string().nullable(),
  }),
]);
type Line = z.infer<typeof lineSchema>;

function startNode(options: FleetOptions, name: string): Node {
  // Its standard input is a pipe: when this process is gone, however it went, the node notices and leaves.
  const child = spawn(process.execPath, ['--enable-source-maps', options.program], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...options.environment, ...settingsOf(options, name) },
  });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint = (complaint + text.toString()).slice(-1_000);
  });
  const serving = new Promise<void>((resolve) => {
    let isReady = false;
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = readLine(text);
      if (line?.event === 'config' && isReady) options.onTook(tookOf(name, line));
      if (line?.event !== 'ready') return;
      isReady = true;
      resolve();
    });
  });
  return {
    name,
    child,
    serving,
    ended: once(child, 'close').catch(ignore),
    complaint: () => complaint.trim(),
  };
}

const tookOf = (node: string, { profile, label, previous }: Line & { readonly event: 'config' }): Took => ({
  node,
  profile,
  ...(previous !== null && { previous }),
  ...(label !== null && { label }),
});

function settingsOf({ settings, environmentName, stage, directory, pace }: FleetOptions, name: string) {
  return {
    ...settings,
    NODE_NAME: name,
    ENVIRONMENT: environmentName,
    STAGE: stage,
    DATA_DIRECTORY: directory,
    PORT: '0',
    CAPACITY: String(pace.capacity),
    POLL_INTERVAL_SECONDS: String(pace.pollIntervalSeconds),
    REPORT_INTERVAL_SECONDS: String(pace.reportIntervalSeconds),
    PLAYERS_PER_SECOND: String(pace.playersPerSecond),
    PLAYERS_SEED: name.replace(/\D/g, ''),
  };
}

async function stopNode({ child, ended }: Node): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await ended;
  clearTimeout(kill);
}

function readLine(text: string): Line | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const cannotStart = (node: string, complaint: string): ServiceUnavailable =>
  new ServiceUnavailable(`${node} ended before it served: ${complaint || 'without a word'}`, {
    hint: 'Build again (`npm run build`) and try again; the lines above come from the node.',
  });

const ignore = (): void => undefined;

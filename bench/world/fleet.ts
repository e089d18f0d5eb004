/** A fleet of nodes that says when each of them put a version in force. */

import path from 'node:path';
import * as z from 'zod';
import { bundle } from '../machinery/bundles.js';
import { type Companion, withCompanion } from '../machinery/companion.js';
import type { Place } from './publishing.js';

const program = new URL('../programs/delivery/fleet.ts', import.meta.url);

const readySchema = z.object({ ready: z.number() });
const appliedSchema = z.object({ node: z.string(), label: z.string(), atMs: z.number() });

export interface FleetOptions {
  readonly environment: Place['environment'];
  readonly nodes: number;
  /** Absent: AppConfig's own, 60. */
  readonly pollIntervalSeconds?: number;
  /** Over how long the nodes are started. */
  readonly spreadMs: number;
  /** An empty directory for its bundle and its files. */
  readonly directory: string;
  /** Where its AWS is. */
  readonly aws: Readonly<Record<string, string>>;
}

export interface Fleet {
  /** Resolves when every node is connected. */
  ready(): Promise<void>;
  /** When each node put the version in force, in milliseconds since the epoch; resolves when all have. */
  applied(label: string): Promise<readonly number[]>;
}

/** Starts a fleet and stops it when `work` is done. */
export async function withFleet<Result>(
  options: FleetOptions,
  work: (fleet: Fleet) => Promise<Result>,
): Promise<Result> {
  const { file } = await bundle(program, options.directory);
  return withCompanion({ file, environment: environmentOf(options) }, ({ lines }) =>
    work({
      ready: async () => void readySchema.parse((await lines.next()).value),
      applied: (label) => appliedBy(lines, { label, nodes: options.nodes }),
    }),
  );
}

const environmentOf = (options: FleetOptions): Record<string, string> => ({
  ...options.aws,
  ENVIRONMENT: options.environment,
  NODES: String(options.nodes),
  DIRECTORY: path.join(options.directory, 'last-good'),
  SPREAD_MS: String(options.spreadMs),
  ...(options.pollIntervalSeconds !== undefined && {
    POLL_INTERVAL_SECONDS: String(options.pollIntervalSeconds),
  }),
});

async function appliedBy(
  lines: Companion['lines'],
  { label, nodes }: { readonly label: string; readonly nodes: number },
): Promise<readonly number[]> {
  const atMs = new Map<string, number>();
  while (atMs.size < nodes) {
    const line = appliedSchema.parse((await lines.next()).value);
    if (line.label !== label) throw new Error(`${line.node} took ${line.label} while ${label} was published`);
    atMs.set(line.node, line.atMs);
  }
  return [...atMs.values()];
}

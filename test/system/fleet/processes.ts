/** Nodes as processes of their own, what they said, and what can be told from it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { build } from 'esbuild';
import { vi } from 'vitest';
import { partitionOf } from '../../../core/routing/partitions.js';

/** One piece of exclusive work that a node did. */
export interface Piece {
  readonly node: string;
  readonly key: string;
  readonly partition: number;
  readonly epoch: number;
  readonly beganAtMs: number;
  /** When it ended, or when its process was killed. */
  endedAtMs: number;
}

export interface WorkNode {
  readonly name: string;
  readonly child: ChildProcess;
  readonly pieces: Piece[];
  isReady: boolean;
}

/** By the clock that the processes say things by. */
export const machineMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;

/** Writes the program as one file: twenty of them start in a few seconds, and not in fourteen. */
export async function bundleWorkNode(directory: string): Promise<string> {
  const outfile = path.join(directory, 'work-node.mjs');
  await build({
    entryPoints: [path.join(import.meta.dirname, 'work-node.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outfile,
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
  });
  return outfile;
}

export interface Launch {
  readonly bundle: string;
  readonly directory: string;
  readonly workMs: number;
  readonly partitions: number;
  readonly environment: Readonly<Record<string, string>>;
}

export function launch(
  name: string,
  { bundle, directory, workMs, partitions, environment }: Launch,
): WorkNode {
  const child = spawn(process.execPath, [bundle, name, directory, String(workMs)], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const node: WorkNode = { name, child, pieces: [], isReady: false };
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) hear(node, JSON.parse(line), partitions);
  });
  return node;
}

function hear(node: WorkNode, line: Record<string, never>, partitions: number): void {
  const { event, key, epoch, atMs } = line as unknown as {
    event: string;
    key: string;
    epoch: number;
    atMs: number;
  };
  if (event === 'ready') node.isReady = true;
  if (event === 'begin') {
    const partition = partitionOf(key, partitions);
    node.pieces.push({ node: node.name, key, partition, epoch, beganAtMs: atMs, endedAtMs: Number.NaN });
  }
  if (event === 'end') {
    const piece = node.pieces.findLast((one) => one.key === key && Number.isNaN(one.endedAtMs));
    if (piece) piece.endedAtMs = atMs;
  }
}

export const untilReady = (nodes: readonly WorkNode[]) =>
  vi.waitUntil(() => nodes.every(({ isReady }) => isReady), { timeout: 30_000, interval: 50 });

/** As `kill -9` does. What it was at work on ended then. */
export async function killHard(nodes: readonly WorkNode[]): Promise<void> {
  for (const { child } of nodes) child.kill('SIGKILL');
  await Promise.all(
    nodes.map(({ child }) => child.exitCode === null && child.signalCode === null && once(child, 'exit')),
  );
  const now = machineMs();
  for (const { pieces } of nodes)
    for (const piece of pieces) if (Number.isNaN(piece.endedAtMs)) piece.endedAtMs = now;
}

/** Stands still, as a machine does that swaps or is moved. @returns what lets it go on. */
export function pause({ child, pieces }: WorkNode): () => void {
  child.kill('SIGSTOP');
  const stoppedAtMs = machineMs();
  return () => {
    // What it was at work on stood still as well: what it still wants to write carries an old epoch.
    for (const piece of pieces)
      if (Number.isNaN(piece.endedAtMs) && piece.beganAtMs < stoppedAtMs) piece.endedAtMs = stoppedAtMs;
    child.kill('SIGCONT');
  };
}

/** Every two pieces of one partition that two nodes were at work on at once, and every epoch that went back. */
export function conflicts(pieces: readonly Piece[]): string[] {
  const latest = new Map<number, Piece>();
  const found: string[] = [];
  for (const piece of pieces.toSorted((a, b) => a.beganAtMs - b.beganAtMs)) {
    const { partition, node, epoch } = piece;
    const before = latest.get(partition);
    if (before && before.node !== node && before.endedAtMs > piece.beganAtMs)
      found.push(`partition ${partition}: ${before.node} and ${node} at once`);
    if (before && epoch < before.epoch)
      found.push(`partition ${partition}: epoch ${epoch} of ${node} after ${before.epoch} of ${before.node}`);
    if (!before || piece.endedAtMs > before.endedAtMs) latest.set(partition, piece);
  }
  return found;
}

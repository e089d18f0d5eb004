/** What a story is: one failing design and Veltrix under the same load, and what came of it. */

import type { LocalAws } from '../../local/index.js';
import type { Table } from '../report.js';
import type { Finding } from './headlines.js';
import type { Plan } from './load/plan.js';
import { type Outcome, outcomeSchema } from './load/plan.js';
import type { ProgramFiles, Server } from './servers.js';

/** How long it is looked at. */
export interface Pace {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** `ends`: of every curve its first and its last point only. */
  readonly points: 'all' | 'ends';
}

export const fullPace: Pace = { rounds: 3, warmUpMs: 400, measureMs: 1_600, points: 'all' };
/** Shows that it runs, and nothing more. */
export const quickPace: Pace = { rounds: 1, warmUpMs: 100, measureMs: 300, points: 'ends' };

export interface StoryWorld {
  readonly aws: LocalAws;
  readonly files: ProgramFiles;
  readonly pace: Pace;
}

export interface Told {
  readonly title: string;
  /** The failing design, in a sentence or two. */
  readonly before: string;
  readonly after: string;
  /** What was measured, and how. */
  readonly method: string;
  readonly tables: readonly Table[];
  readonly findings: readonly Finding[];
}

export type Story = (world: StoryWorld) => Promise<Told>;

/** Where two curves are measured. */
export interface Points {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** What this pace has time for: both ends of the one curve, and of the other where it meets them, and its end. */
export function pointsOf({ before, after }: Points, { points }: Pick<Pace, 'points'>): Points {
  if (points === 'all') return { before, after };
  const ends = before.filter((_, index) => index === 0 || index === before.length - 1);
  return { before: ends, after: after.filter((at) => ends.includes(at) || at === after.at(-1)) };
}

/** What a story asks of the generator; the rest is the pace's. */
export type Load = Pick<Plan, 'ratePerSecond' | 'target' | 'seed'> & Partial<Plan>;

/** What has no answer within a second has failed. */
const timeoutMs = 1_000;

/** Has a generator drive a load. */
export async function driveLoad(
  generator: Server,
  { warmUpMs, measureMs }: Pick<Pace, 'warmUpMs' | 'measureMs'>,
  load: Load,
): Promise<Outcome> {
  const plan: Plan = {
    warmUpMs,
    measureMs,
    timeoutMs,
    requests: [{ kind: 'request', share: 1, path: '/' }],
    keys: { count: 1, zipf: 0 },
    ...load,
  };
  return outcomeSchema.parse(await generator.ask(`/drive?plan=${encodeURIComponent(JSON.stringify(plan))}`));
}

/** The share of one processor that a server takes while `work` runs: 1 is all of it. */
export async function withCpuShare<Result>(
  server: Server,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly cpuShare: number }> {
  const [usedBefore, beganMs] = [await server.usage(), performance.now()];
  const result = await work();
  const usedAfter = await server.usage();
  return { result, cpuShare: (usedAfter.cpuMs - usedBefore.cpuMs) / (performance.now() - beganMs) };
}

/**
 * `veltrix agent-check` held against a real HAProxy: node --import tsx bench/programs/haproxy/prove.ts
 * HAProxy comes from the operating system's packages; where it is not installed, this says so and proves nothing.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startAgentServer } from '../../../cli/balancer/agent-server.js';
import { haproxyConfig } from '../../../cli/balancer/haproxy-config.js';
import { createBalancerView } from '../../../control/see/balancer.js';
import { epochMs } from '../../../core/time.js';
import { withScratch } from '../../machinery/scratch.js';
import { type Balancer, haproxyVersion, type ServerState, startBalancer } from './balancer.js';
import { cluster, type Fleet, startFleet, stop } from './fleet.js';

export interface Step {
  readonly what: string;
  readonly holds: boolean;
  /** What was seen. */
  readonly seen: string;
}

/** The agent is asked, and looks, ten times as often as in production, so that the proof takes seconds. */
const lookEveryMs = 200;
const stepTimeoutMs = 15_000;

interface World {
  readonly fleet: Fleet;
  readonly balancer: Balancer;
}

/** Each step with what was seen; none where HAProxy is not installed. */
export async function proveHaproxy(): Promise<readonly Step[]> {
  if (haproxyVersion() === undefined) return [];
  return withScratch(async (directory) => {
    const fleet = await startFleet([100, 100, 50, 20]);
    const view = createBalancerView(fleet.stage, cluster);
    const server = await startAgentServer({ host: '127.0.0.1', port: 0, answers: () => view.answers });
    const ended = new AbortController();
    const looking = look(view, ended.signal);
    const servers = fleet.nodes.map(({ name, record }) => ({ node: name, endpoint: record.endpoint ?? '' }));
    const stranger = { node: 'stranger', endpoint: servers[0]?.endpoint ?? '' };
    const config = haproxyConfig({
      cluster: 'treasure-hunt/staging',
      servers: [...servers, stranger],
      agentHost: '127.0.0.1',
      agentPort: server.port,
    });
    const quick = config.map((line) =>
      line.replaceAll(' 2s', ' 200ms').replace('slowstart 30s', 'slowstart 1s'),
    );
    const balancer = await startBalancer(directory, quick);
    try {
      return await story({ fleet, balancer });
    } finally {
      ended.abort();
      await looking;
      await balancer.stop();
      await server.close();
      fleet.close();
    }
  });
}

async function look(view: ReturnType<typeof createBalancerView>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await view.look();
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

async function story(world: World): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const step of [weights, drained, undrained, slow, silent, blind, killed])
    steps.push(await step(world));
  return steps;
}

const weightsOf = (states: ReadonlyMap<string, ServerState>): string =>
  [...states].map(([name, { weight }]) => `${name} ${weight}`).join(', ');

async function weights({ balancer }: World): Promise<Step> {
  const wanted = 'node-1 100, node-2 100, node-3 50, node-4 20, stranger 100';
  const seen = await until(
    async () => weightsOf(await balancer.states()),
    (text) => text === wanted,
  );
  return {
    what: 'weights follow what nodes can do; of one that nobody knows nothing changes',
    holds: seen === wanted,
    seen,
  };
}

async function drained({ fleet, balancer }: World): Promise<Step> {
  const now = Date.now();
  const times = { sinceMs: epochMs(now), untilMs: epochMs(now + 600_000) };
  fleet.drains.push({ node: 'node-2', reason: 'a proof', by: 'nobody', ...times });
  const state = await untilState(balancer, 'node-2', ({ weight }) => weight === 0);
  const before = fleet.node('node-2').served;
  const failed = await send(balancer, 300);
  const got = fleet.node('node-2').served - before;
  const seen = `node-2 is ${state.status} with weight ${state.weight}: ${got} of 300 requests, ${failed} failed`;
  return {
    what: 'a drained node gets no new work',
    holds: state.weight === 0 && got === 0 && failed === 0,
    seen,
  };
}

async function undrained({ fleet, balancer }: World): Promise<Step> {
  fleet.drains.length = 0;
  const steps: number[] = [];
  await untilState(balancer, 'node-2', ({ weight }) => {
    if (steps.at(-1) !== weight) steps.push(weight);
    return weight >= 90;
  });
  const before = fleet.node('node-2').served;
  await send(balancer, 300);
  const got = fleet.node('node-2').served - before;
  const isByDegrees = steps.some((weight) => weight > 0 && weight < 90);
  const seen = `weights ${steps.join(' → ')}, then ${got} of 300 requests`;
  return { what: 'afterwards it gets work again, by degrees', holds: isByDegrees && got > 30, seen };
}

async function slow({ fleet, balancer }: World): Promise<Step> {
  const node = fleet.node('node-1');
  node.record = { ...node.record, unitsPerSecond: 30, load: 1.4 };
  const state = await untilState(balancer, 'node-1', ({ weight }) => weight <= 30);
  const seen = `node-1 does 30 of 100 units/s: weight ${state.weight}, ${state.status}`;
  return {
    what: 'a node that has become slow gets less',
    holds: state.weight <= 30 && state.status === 'UP',
    seen,
  };
}

async function silent({ fleet, balancer }: World): Promise<Step> {
  const node = fleet.node('node-3');
  node.reports = false;
  node.record = { ...node.record, arrivedAtMs: epochMs(Date.now() - 20_000) };
  const down = await untilState(balancer, 'node-3', ({ status }) => status.startsWith('DOWN'));
  node.reports = true;
  const up = await untilState(balancer, 'node-3', ({ status }) => status === 'UP');
  const seen = `node-3 is ${down.status} while it is silent, and ${up.status} afterwards`;
  return {
    what: 'a silent node is down until it reports again',
    holds: down.status.startsWith('DOWN') && up.status === 'UP',
    seen,
  };
}

async function blind({ fleet, balancer }: World): Promise<Step> {
  const before = await settled(balancer);
  fleet.isBlind = true;
  // What would otherwise be seen at the next look.
  for (const node of fleet.nodes)
    node.record = { ...node.record, capacity: 100, unitsPerSecond: 100, load: 0.5 };
  await delay(10 * lookEveryMs);
  const after = weightsOf(await balancer.states());
  fleet.isBlind = false;
  return { what: 'while nothing can be read, what was said stays', holds: before === after, seen: after };
}

/** Weights that have stayed as they are for five looks. */
async function settled(balancer: Balancer): Promise<string> {
  let [seen, times] = ['', 0];
  await until(
    async () => {
      const now = weightsOf(await balancer.states());
      [seen, times] = [now, now === seen ? times + 1 : 0];
      await delay(lookEveryMs);
      return times;
    },
    (unchanged) => unchanged >= 5,
  );
  return seen;
}

async function killed({ fleet, balancer }: World): Promise<Step> {
  stop(fleet.node('node-2').server);
  const beganMs = performance.now();
  const failed = await send(balancer, 300);
  const state = await untilState(balancer, 'node-2', ({ status }) => status.startsWith('DOWN'));
  const seen = `${failed} of 300 requests failed; ${state.status} after ${Math.round(performance.now() - beganMs)} ms`;
  return {
    what: 'a node that dies is left aside before anybody reports it',
    holds: failed === 0 && state.status.startsWith('DOWN'),
    seen,
  };
}

/** @returns how many failed. */
async function send({ request }: Balancer, count: number): Promise<number> {
  let failed = 0;
  for (let sent = 0; sent < count; sent += 10) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => request().catch(() => undefined)));
    failed += answers.filter((answer) => answer?.status !== 200).length;
  }
  return failed;
}

async function untilState(
  balancer: Balancer,
  name: string,
  fits: (state: ServerState) => boolean,
): Promise<ServerState> {
  return until(async () => (await balancer.states()).get(name) ?? { status: 'none', weight: -1 }, fits);
}

/** The first that fits, or the last that was seen. */
async function until<T>(ask: () => Promise<T>, fits: (seen: T) => boolean): Promise<T> {
  const deadlineMs = performance.now() + stepTimeoutMs;
  for (;;) {
    const seen = await ask();
    if (fits(seen) || performance.now() > deadlineMs) return seen;
    await delay(20);
  }
}

/** What a person reads. */
export function describeProof(version: string | undefined, steps: readonly Step[]): readonly string[] {
  if (version === undefined) return ['HAProxy is not installed here: nothing was proved.'];
  return [version, ...steps.map(({ what, holds, seen }) => `${holds ? '✔' : '✖'} ${what}\n    ${seen}`)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const steps = await proveHaproxy();
  for (const line of describeProof(haproxyVersion(), steps)) process.stdout.write(`${line}\n`);
  process.exitCode = steps.every(({ holds }) => holds) ? 0 : 1;
}

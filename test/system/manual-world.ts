/**
 * The whole system on one clock that a test moves: the local AWS with the synthesized stacks, nodes in this process, and the
 * operator's view. Hours pass in seconds, and nothing happens but what the clock brought about: before time moves on, every
 * call is answered, every function has ended and every record is handled.
 *
 * Sockets and functions are real, so how long something takes on the machine shows nowhere but in how long the test takes.
 * The same seed gives the same nodes, jitter, traffic and AppConfig ids; calls at one and the same instant may still
 * overtake each other.
 */

import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, inject, vi } from 'vitest';
import { type Published, publish } from '../../control/act/publish.js';
import type { Cloud } from '../../control/cloud.js';
import { type LoadedApplication, openWorkspace } from '../../control/files/workspace.js';
import type { StrategyName } from '../../core/delivery/strategies.js';
import { type LocalAws, type MetricSample, startLocalAws } from '../../local/index.js';
import { createActivity } from '../../local/kernel/activity.js';
import { ManualClock } from '../../local/kernel/clock.js';
import { useEnvironment } from './aws-environment.js';
import { type FleetNode, type NodeOptions, type ProfileName, startNode } from './manual/fleet-node.js';
import { cloudOn, nodePorts } from './manual/ports.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cluster = { application: 'treasure-hunt', environment: 'staging' } as const;
const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
/** How far time goes between two looks at something that is waited for. */
const lookEveryMs = secondMs;
/** How far time goes at once while work that waits for it is driven. */
const driveStepMs = 100;
/** Work that waits for longer than this waits for ever. */
const workMaxMs = 30 * minuteMs;

/** For one test, on the machine's clock. */
const realMaxMs = 180_000;

type Content = Record<string, unknown>;

export interface PublishOptions {
  readonly strategy?: StrategyName;
  readonly reason?: string;
}

export interface ManualWorld {
  readonly aws: LocalAws;
  readonly clock: ManualClock;
  /** The operator's view, on the world's clock. */
  readonly cloud: Cloud;
  readonly loaded: LoadedApplication;
  /** Every line that a function logged. */
  readonly logs: readonly { readonly source: string; readonly text: string }[];
  /** Every metric that functions, and Lambda itself, recorded. */
  readonly metrics: readonly MetricSample[];
  /** Publishes a profile's file to staging, with these members in place of the file's. Time stands still. */
  publish(profile: ProfileName, change?: Content, options?: PublishOptions): Promise<Published>;
  /** Starts a node; it polls every 14 seconds and reports every 5, unless told otherwise. Ends with the world. */
  node(name: string, options?: NodeOptions): Promise<FleetNode>;
  /** `node-1`, `node-2`, … */
  nodes(count: number, options?: NodeOptions): Promise<FleetNode[]>;
  /** Moves time on, and waits at each instant until all is settled. */
  advance(durationMs: number): Promise<void>;
  /** Resolves when nothing is under way at this instant. */
  settled(): Promise<void>;
  /** Moves time on until the condition gives something; throws, naming `what`, after `maxMs` of the clock. */
  until<T>(condition: () => T | Promise<T>, what: string, maxMs: number): Promise<Exclude<T, Falsy>>;
  /** Moves time on until work that waits for it is done. */
  drive<T>(work: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

type Falsy = false | null | undefined;

export interface ManualWorldOptions {
  /** Default: `world`. */
  readonly seed?: string;
}

/** Call it once, in the file's body. Both profiles are published when the first test begins. */
export function inManualWorld(options: ManualWorldOptions = {}): () => ManualWorld {
  let world: ManualWorld;
  // A busy machine takes longer; what happens is the same.
  vi.setConfig({ testTimeout: realMaxMs, hookTimeout: realMaxMs });
  beforeAll(async () => {
    world = await startManualWorld(inject('assembly'), options);
    // The first deployment of a profile is immediate; the next instant sees it complete.
    await world.publish('gameplay');
    await world.advance(secondMs);
    await world.publish('limits');
    await world.advance(secondMs);
  });
  afterAll(() => world?.close());
  return () => world;
}

/** Starts a world with the stacks of a synthesized assembly. The AWS clients of this process see its AWS until it is closed. */
export async function startManualWorld(
  assembly: string,
  { seed = 'world' }: ManualWorldOptions = {},
): Promise<ManualWorld> {
  const clock = new ManualClock();
  const logs: { source: string; text: string }[] = [];
  const metrics: MetricSample[] = [];
  const aws = await startLocalAws({
    port: 0,
    clock,
    seed,
    onLog: (line) => logs.push(line),
    onMetric: (sample) => metrics.push(sample),
  });
  const restore = useEnvironment(aws.environment);
  await aws.deploy(assembly);
  const loaded = await (await openWorkspace(root)).load('treasure-hunt');
  return new World({ aws, clock, seed, logs, metrics, loaded, restore });
}

interface Parts {
  readonly aws: LocalAws;
  readonly clock: ManualClock;
  readonly seed: string;
  readonly logs: readonly { readonly source: string; readonly text: string }[];
  readonly metrics: readonly MetricSample[];
  readonly loaded: LoadedApplication;
  readonly restore: () => void;
}

class World implements ManualWorld {
  readonly aws: LocalAws;
  readonly clock: ManualClock;
  readonly cloud: Cloud;
  readonly loaded: LoadedApplication;
  readonly logs: Parts['logs'];
  readonly metrics: Parts['metrics'];
  private readonly parts: Parts;
  private readonly activity = createActivity();
  private readonly ports = nodePorts(this.activity);
  private readonly fleet: Awaited<ReturnType<typeof startNode>>[] = [];

  constructor(parts: Parts) {
    this.parts = parts;
    this.aws = parts.aws;
    this.clock = parts.clock;
    this.loaded = parts.loaded;
    this.logs = parts.logs;
    this.metrics = parts.metrics;
    this.cloud = cloudOn(parts.clock, parts.aws.endpoint, this.activity);
    this.everySecond();
  }

  publish(profile: ProfileName, change: Content = {}, options: PublishOptions = {}): Promise<Published> {
    const { reason = 'a test', strategy } = options;
    return publish(this.cloud, this.loaded, {
      address: { ...cluster, profile },
      author: 'anna',
      reason,
      strategy,
      change: (value) => ({ ...(value as Content), ...change }),
    });
  }

  async node(name: string, options: NodeOptions = {}): Promise<FleetNode> {
    const { clock, ports } = this;
    const around = {
      clock,
      ports,
      seed: this.parts.seed,
      drive: <T>(work: Promise<T>) => this.drive(work),
    };
    const node = await startNode(around, name, options);
    this.fleet.push(node);
    return node;
  }

  async nodes(count: number, options: NodeOptions = {}): Promise<FleetNode[]> {
    const made: FleetNode[] = [];
    // One after another: which session belongs to whom is part of what repeats.
    for (let number = 1; number <= count; number++) made.push(await this.node(`node-${number}`, options));
    return made;
  }

  advance(durationMs: number): Promise<void> {
    return this.clock.advance(durationMs, () => this.settled());
  }

  async settled(): Promise<void> {
    await this.activity.settled();
    await this.aws.settled();
  }

  async until<T>(condition: () => T | Promise<T>, what: string, maxMs: number): Promise<Exclude<T, Falsy>> {
    const endMs = this.clock.now() + maxMs;
    await this.settled();
    for (;;) {
      const found = await condition();
      if (found) return found as Exclude<T, Falsy>;
      if (this.clock.now() >= endMs)
        throw new Error(`waited ${maxMs / secondMs} s of the clock in vain for: ${what}`);
      await this.advance(Math.min(lookEveryMs, endMs - this.clock.now()));
    }
  }

  async drive<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    work.then(done, done);
    const endMs = this.clock.now() + workMaxMs;
    for (await this.settled(); !isDone; await this.advance(driveStepMs))
      if (this.clock.now() > endMs)
        throw new Error(`work has waited for ${workMaxMs / minuteMs} minutes of the clock`);
    return work;
  }

  async close(): Promise<void> {
    for (const node of this.fleet) node.kill();
    for (const port of Object.values(this.ports)) port.close();
    await this.aws.close();
    this.parts.restore();
  }

  private everySecond(): void {
    this.clock.after(secondMs, () => {
      for (const node of this.fleet) node.second();
      this.everySecond();
    });
  }
}

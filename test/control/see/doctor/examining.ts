/** A healthy world to break in one way, and an examination of it. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import { publish } from '../../../../control/act/publish.js';
import { openWorkspace } from '../../../../control/files/workspace.js';
import { doctor, type Examination } from '../../../../control/see/doctor/doctor.js';
import type { Finding } from '../../../../control/see/doctor/finding.js';
import type { Address } from '../../../../core/addresses.js';
import type { QueueEntry } from '../../../../core/delivery/publish-queue.js';
import { type NodeFacts, record } from '../../in-memory-cloud.js';
import { createWorld, rules, type World, yamlWith } from '../../world.js';

export const staging = { application: 'quest', environment: 'staging' } as const;
export const minuteMs = 60_000;

export interface Patient extends World {
  /** Of the version that is deployed. */
  readonly label: string;
  /** What the nodes of staging say now, in place of what they said. */
  report(...facts: readonly NodeFacts[]): void;
  /** Begins a rollout that goes no further by itself. */
  begin(yaml: string): ReturnType<typeof publish>;
  /** Lets time pass, in which the nodes go on reporting. */
  pass(durationMs: number): void;
  /** An instant ago: ISO 8601. */
  ago(durationMs: number): string;
  /** An entry of the queue, queued now. */
  entry(more?: Partial<QueueEntry>): QueueEntry;
  waits(...entries: readonly QueueEntry[]): void;
  examine(address?: Address): Promise<Examination>;
}

/** For the tests of one file: staging runs its file on two nodes that report. */
export function inHealthyWorld(): () => Patient {
  let patient: Patient;
  beforeEach(async () => {
    patient = await healthyWorld();
  });
  afterEach(() => patient.project.remove());
  return () => patient;
}

async function healthyWorld(): Promise<Patient> {
  const world = await createWorld();
  const { cloud, project, loaded } = world;
  await world.publishAndFinish(yamlWith(5000));
  const label = cloud.appConfig.versions.get('rules')?.[0]?.label ?? '';
  const ago = (durationMs: number) => new Date(cloud.clock() - durationMs).toISOString();
  const patient: Patient = {
    ...world,
    label,
    ago,
    report(...facts) {
      const arrivedAtMs = cloud.clock();
      cloud.nodes.splice(0, cloud.nodes.length, ...facts.map((fact) => record({ arrivedAtMs, ...fact })));
    },
    begin(yaml) {
      world.edit(yaml);
      return publish(cloud, loaded, { address: rules, author: 'anna', reason: 'because' });
    },
    pass(durationMs) {
      cloud.appConfig.nowMs += durationMs;
      const arrivedAtMs = cloud.clock();
      cloud.nodes.splice(0, cloud.nodes.length, ...cloud.nodes.map((node) => ({ ...node, arrivedAtMs })));
    },
    entry: (more) => ({
      profile: 'rules',
      version: 2,
      label: 'v2-0a0a0a0a',
      author: 'anna',
      reason: 'because',
      queuedAt: ago(0),
      ...more,
    }),
    waits: (...entries) => void cloud.queues.set('quest/staging', entries),
    examine: (address = staging) => doctor(cloud, { address, workspace: () => openWorkspace(project.root) }),
  };
  patient.report({ node: 'a', label }, { node: 'b', label });
  return patient;
}

/** `bad nodes quest/staging`. */
export const inShort = ({ level, check, where }: Finding): string => `${level} ${check} ${where}`;

export type Broken = readonly [
  name: string,
  breaking: () => unknown,
  found: { readonly short: string; readonly what: RegExp; readonly why: RegExp; readonly next: RegExp },
];

/** Breaks the world, and finds that one thing and nothing else. */
export function findsOne(world: () => Patient, worlds: readonly Broken[]): void {
  it.each(worlds)('%s', async (_name, breaking, { short, what, why, next }) => {
    await breaking();
    const { findings } = await world().examine();
    expect(findings.map(inShort)).toEqual([short]);
    const [finding] = findings as [Finding];
    expect(finding.what).toMatch(what);
    expect(finding.why).toMatch(why);
    expect(finding.next).toMatch(next);
  });
}

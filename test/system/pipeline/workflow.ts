/**
 * Plays a workflow of GitHub's as its file says it: jobs after those they need, each in a checkout of its own, a step's commands
 * as they stand there. Of actions it knows what hands artifacts on; the others prepare what a test has.
 */

import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { type Ran, runScript } from './shell.js';

const stepSchema = z.strictObject({
  if: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])).default({}),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
});
const jobSchema = z.looseObject({
  needs: z.string().optional(),
  environment: z.string().optional(),
  permissions: z.record(z.string(), z.string()),
  steps: z.array(stepSchema),
});
const workflowSchema = z.looseObject({
  on: z.unknown(),
  permissions: z.strictObject({}),
  jobs: z.record(z.string(), jobSchema),
});
export type Workflow = z.output<typeof workflowSchema>;
type Job = Workflow['jobs'][string];

const project = fileURLToPath(new URL('../../..', import.meta.url));

/** @param root of the repository that has it; default: this one. */
export function readWorkflow(name: string, root = project): Workflow {
  const file = path.join(root, '.github/workflows', name);
  return workflowSchema.parse(parse(readFileSync(file, 'utf8')));
}

export interface WorkflowPlay {
  readonly jobs: Workflow['jobs'];
  /** For artifacts. */
  readonly directory: string;
  readonly checkout: () => string;
  /** Variables of a step, which has taken the role of that name, or none yet. */
  readonly environment: (roleName?: string) => Promise<Readonly<Record<string, string | undefined>>>;
  /** Approves, or rejects, that a job may begin which names an environment. */
  readonly approve: (environment: string) => boolean;
}

export interface PlayedJob extends Partial<Ran> {
  readonly name: string;
}

/** Plays until a job fails or is rejected: the others need it. */
export async function playWorkflow(play: WorkflowPlay): Promise<readonly PlayedJob[]> {
  const played: PlayedJob[] = [];
  for (const name of inOrder(play.jobs)) {
    const job = play.jobs[name];
    if (!job || (job.environment !== undefined && !play.approve(job.environment))) break;
    const ran = await playJob(play, job);
    played.push({ name, ...ran });
    if (ran.exitCode !== 0) break;
  }
  return played;
}

function inOrder(jobs: Workflow['jobs']): readonly string[] {
  const order: string[] = [];
  while (order.length < Object.keys(jobs).length) {
    const next = Object.entries(jobs).find(
      ([name, { needs }]) => !order.includes(name) && (needs === undefined || order.includes(needs)),
    );
    if (!next) throw new Error('jobs need each other');
    order.push(next[0]);
  }
  return order;
}

async function playJob(play: WorkflowPlay, { steps }: Job): Promise<Ran> {
  const folder = play.checkout();
  let output = '';
  let environment = await play.environment();
  for (const step of steps) {
    if (step.uses) handOn(step.uses, step.with, { folder, store: play.directory });
    if (step.uses?.startsWith('aws-actions/configure-aws-credentials@')) {
      environment = await play.environment(String(step.with['role-to-assume']).split(':role/')[1]);
    }
    if (step.run === undefined) continue;
    const ran = await runScript({ commands: [step.run], directory: folder, environment });
    output += ran.output;
    if (ran.exitCode !== 0) return { ...ran, output };
  }
  return { exitCode: 0, output, variables: {} };
}

type Inputs = z.output<typeof stepSchema>['with'];

function handOn(action: string, inputs: Inputs, { folder, store }: { folder: string; store: string }): void {
  const there = path.join(store, String(inputs['name']));
  const here = path.join(folder, String(inputs['path']));
  if (action.startsWith('actions/upload-artifact@')) {
    mkdirSync(there, { recursive: true });
    cpSync(here, there, { recursive: true });
  }
  if (action.startsWith('actions/download-artifact@')) cpSync(there, here, { recursive: true });
}

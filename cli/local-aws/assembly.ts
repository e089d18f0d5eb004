/** Synthesizes a project's cloud assembly, as `cdk synth` would, by the command that cdk.json names. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { ServiceUnavailable, UsageError } from '../../core/errors.js';

const cdkSchema = z.object({
  app: z.string().min(1),
  context: z.record(z.string(), z.unknown()).default({}),
});

/** Enough of what a failed synthesis says to see why. */
const complaintMaxChars = 2_000;

export interface Synthesis {
  /** The project's root, where cdk.json is. */
  readonly root: string;
  /** Where the assembly is written to. */
  readonly outputDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The one that is synthesized, as `-c stage=NAME` says it; absent for all. */
  readonly stage?: string | undefined;
  readonly signal?: AbortSignal;
}

/** @throws UsageError without a cdk.json, ServiceUnavailable when the synthesis fails or is interrupted. */
export async function synthesize(synthesis: Synthesis): Promise<void> {
  const { root, outputDirectory, environment, signal, stage } = synthesis;
  const { app, context } = readCdkJson(root);
  const child = spawn(app, {
    cwd: root,
    shell: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...environment,
      CDK_OUTDIR: outputDirectory,
      // Takes 5 to 10 s and is `npm run synth`'s business; deploying checks what it deploys.
      CDK_VALIDATION: 'false',
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...(stage !== undefined && { stage }) }),
    },
    ...(signal && { signal }),
  });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint = (complaint + text.toString()).slice(-complaintMaxChars);
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
    // An interrupted one closes too, and writes until then; one that could not start does not.
    child.once('error', () => child.pid === undefined && resolve(null));
  });
  if (code === 0) return;
  throw new ServiceUnavailable(`\`${app}\` did not synthesize the stacks:\n${complaint.trim()}`, {
    hint: 'Correct infra/ or functions/, then try again; `npm run synth` says more.',
  });
}

function readCdkJson(root: string) {
  try {
    return cdkSchema.parse(JSON.parse(readFileSync(path.join(root, 'cdk.json'), 'utf8')));
  } catch (cause) {
    throw new UsageError(`${path.join(root, 'cdk.json')} does not say how to synthesize the stacks`, {
      hint: 'Run this in a project with a cdk.json, or name an assembly with --assembly.',
      cause,
    });
  }
}

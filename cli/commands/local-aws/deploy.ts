/** `veltrix local deploy`: what `cdk deploy --all` does in AWS, to the running local AWS. */

import path from 'node:path';
import * as z from 'zod';
import type { DeployResult } from '../../../local/index.js';
import { type Context, defineCommand } from '../../command.js';
import { synthesize } from '../../local-aws/assembly.js';
import { deployTo, localEndpoint } from '../../local-aws/control.js';
import { DeployView } from '../../local-aws/deploy-view.js';
import { duration } from '../../terminal/layout.js';

interface Deployed extends DeployResult {
  readonly endpoint: string;
  readonly durationMs: number;
}

export const localDeploy = defineCommand({
  args: z.object({ assembly: z.string().min(1).optional() }),
  async run(context, { assembly }): Promise<Deployed> {
    const startedMs = performance.now();
    const endpoint = await localEndpoint(context.directory, context.environment);
    const result =
      assembly === undefined
        ? await deploySynthesized(context, endpoint)
        : await deploy(context, endpoint, path.resolve(context.directory, assembly));
    return { ...result, endpoint, durationMs: Math.round(performance.now() - startedMs) };
  },
  render: ({ stacks, durationMs }, paint) => [
    ...stacks.map(({ name, outcome }) => `${paint.good('✔')} ${name}  ${paint.dim(outcome)}`),
    `deployed in ${duration(durationMs)}`,
  ],
});

/** Where `cdk synth` writes as well. It stays: functions run from their code in it, also after a restart with `--keep`. */
const assemblyFolder = 'cdk.out';

async function deploySynthesized(context: Context, endpoint: string): Promise<DeployResult> {
  const { root } = await context.workspace();
  const outputDirectory = path.join(root, assemblyFolder);
  const { environment, signal } = context;
  const { stage } = await context.home();
  await synthesize({ root, outputDirectory, environment, signal, stage: stage?.name });
  return await deploy(context, endpoint, outputDirectory);
}

function deploy({ screen, json }: Context, endpoint: string, assembly: string): Promise<DeployResult> {
  const view = new DeployView();
  return deployTo(endpoint, assembly, (progress) => {
    view.add(progress);
    if (!json) screen.repaint(view.lines(screen.paint));
  });
}

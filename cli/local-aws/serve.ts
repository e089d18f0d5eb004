/** A local AWS that serves this project: started in this process, and found by commands in other terminals. */

import * as z from 'zod';
import { openWorkspace } from '../../control/files/workspace.js';
import { ServiceUnavailable } from '../../core/errors.js';
import type { Stage } from '../../core/stages.js';
import type { LocalAws, LocalAwsOptions } from '../../local/index.js';
import { livingLocalState, removeLocalState, writeLocalState } from './state-file.js';

/** More than this, and a minute of rollout is over before a node has polled once. */
const speedMax = 3_600;

export const speed = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'expected a factor such as 60')
  .transform(Number)
  .pipe(z.number().min(0.01).max(speedMax));

export interface Serving {
  readonly directory: string;
  readonly port?: number | undefined;
  readonly speed?: number | undefined;
  readonly keep?: string | undefined;
  /** The stage that is deployed there: it stands for the stage's account and region. */
  readonly stage?: Stage | undefined;
}

/**
 * @throws ServiceUnavailable, with nothing left running, when the project has a local AWS already (commands in other terminals
 * could find only one), the port is taken, or kept state cannot be read.
 */
export async function serveLocalAws({ directory, ...options }: Serving): Promise<LocalAws> {
  const root = await rootOf(directory);
  demandAlone(root);
  const local = await start(options);
  writeLocalState(root, {
    endpoint: local.endpoint,
    pid: process.pid,
    environment: { ...local.environment },
  });
  const remove = () => removeLocalState(root);
  process.once('exit', remove);
  local.closed.finally(remove).catch(() => undefined);
  return local;
}

/** The project's root; outside of any, the place where somebody stands. */
const rootOf = (directory: string): Promise<string> =>
  openWorkspace(directory)
    .then(({ root }) => root)
    .catch(() => directory);

function demandAlone(root: string): void {
  const other = livingLocalState(root);
  if (other === undefined) return;
  throw new ServiceUnavailable(
    `This project has a local AWS already: ${other.endpoint}, process ${other.pid}`,
    { hint: 'Use that one, or stop it first: Ctrl-C where it runs, or `veltrix local down`.' },
  );
}

async function start({ stage, ...options }: Omit<Serving, 'directory'>): Promise<LocalAws> {
  const { startLocalAws } = await import('../../local/index.js');
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  try {
    return await startLocalAws({ ...Object.fromEntries(given), identity: identityOf(stage) });
  } catch (cause) {
    throw new ServiceUnavailable(cause instanceof Error ? cause.message : String(cause), {
      hint: 'Choose another port with --port (0 takes any free one), or stop the other one: `veltrix local down`.',
      cause,
    });
  }
}

const identityOf = (stage: Stage | undefined): NonNullable<LocalAwsOptions['identity']> => ({
  ...(stage?.account !== undefined && { accountId: stage.account }),
  ...(stage?.region !== undefined && { region: stage.region }),
});

/** What applying stacks works with. */
import { createHash } from 'node:crypto';
import type { Aws, Identity } from '../../kernel/aws.js';
import type { DeployProgress } from '../progress.js';
import type { ResourceContext, ResourceHandler } from '../resources/handler.js';
import type { DeployState } from '../state.js';

export interface ApplyContext {
  readonly aws: Aws;
  readonly identity: Identity;
  readonly state: DeployState;
  readonly handlers: ReadonlyMap<string, ResourceHandler>;
  readonly progress: Progress;
}

export type ProgressStep = Omit<DeployProgress, 'done' | 'total'>;

/** Counts resources over the whole run and tells whoever listens. */
export interface Progress {
  tell(step: ProgressStep): void;
  /** One more resource needs nothing more. */
  finish(): void;
}

export function createProgress(
  total: number,
  listen: ((event: DeployProgress) => void) | undefined,
): Progress {
  let done = 0;
  return {
    tell: (step) => listen?.({ ...step, done, total }),
    finish: () => {
      done = Math.min(done + 1, total);
    },
  };
}

export function resourceContext(context: ApplyContext, stack: string, logicalId: string): ResourceContext {
  return {
    aws: context.aws,
    identity: context.identity,
    stack,
    logicalId,
    isRollback: false,
    asset(objectKey) {
      const folder = context.state.assets[objectKey];
      if (folder) return folder;
      throw new Error(`the assembly has no asset '${objectKey}' that is a folder`);
    },
    generateName(maxLength) {
      context.state.serial += 1;
      const seed = `${stack}/${logicalId}/${context.state.serial}`;
      const unique = createHash('sha256').update(seed).digest('hex').slice(0, 12).toUpperCase();
      return `${`${stack}-${logicalId}`.slice(0, maxLength - unique.length - 1)}-${unique}`;
    },
  };
}

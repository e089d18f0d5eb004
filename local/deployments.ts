/** What was deployed to this local AWS, and the deploying: one assembly at a time, over the door or over the wire. */
import { DeployError } from './deploy/errors.js';
import type { DeployOptions, DeployProgress, DeployResult } from './deploy/progress.js';
import { emptyDeployState, parseDeployState } from './deploy/state.js';
import type { Aws, Identity, Json } from './kernel/aws.js';

/** One line of `POST /_local/deploy`: progress as it comes, then `done` or `error`. */
export type DeployLine =
  | { readonly progress: DeployProgress }
  | { readonly done: DeployResult }
  | { readonly error: string; readonly code: string; readonly problems?: DeployError['problems'] };

export class Deployments {
  readonly name = 'deployments';
  private state = emptyDeployState();
  private last: Promise<unknown> = Promise.resolve();
  private readonly deps: { readonly aws: Aws; readonly identity: Identity };

  constructor(deps: { readonly aws: Aws; readonly identity: Identity }) {
    this.deps = deps;
  }

  /** Deploys when the deployments asked for before it are over, however they ended. Throws DeployError. */
  deploy(assemblyDirectory: string, options: DeployOptions = {}): Promise<DeployResult> {
    const run = async () => {
      // Loaded when first needed: most starts, as those of tests, deploy nothing.
      const { deployAssembly } = await import('./deploy/deploy.js');
      return await deployAssembly({ ...this.deps, state: this.state }, assemblyDirectory, options);
    };
    const result = this.last.then(run, run);
    this.last = result;
    return result;
  }

  /** The same as lines; never throws. A reader that leaves does not stop the deployment. */
  async *lines(assemblyDirectory: string, destroyMissing: boolean): AsyncGenerator<DeployLine> {
    const waiting: DeployLine[] = [];
    let wake: () => void = () => undefined;
    const add = (line: DeployLine) => {
      waiting.push(line);
      wake();
    };
    const onProgress = (progress: DeployProgress) => add({ progress });
    this.deploy(assemblyDirectory, { destroyMissing, onProgress }).then(
      (done) => add({ done }),
      (error: unknown) => add(errorLine(error)),
    );
    for (;;) {
      for (const line of waiting.splice(0)) {
        yield line;
        if (!('progress' in line)) return;
      }
      if (waiting.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }

  snapshot(): Json {
    return { ...this.state };
  }

  restore(state: Json): void {
    this.state = parseDeployState(state);
  }
}

function errorLine(error: unknown): DeployLine {
  if (error instanceof DeployError)
    return { error: error.message, code: error.code, problems: error.problems };
  return { error: error instanceof Error ? error.message : String(error), code: 'Unknown' };
}

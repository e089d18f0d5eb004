/** Every stack on one screen. */

import { App } from 'aws-cdk-lib';
import { UsageError } from '../core/errors.js';
import { applicationsIn, demandHomes } from '../core/placement.js';
import type { Application } from '../core/profiles.js';
import type { Stage } from '../core/stages.js';
import { bundleFunctions } from './bundle.js';
import { chosenStages, placeOf } from './parts/chosen-stages.js';
import { AccessStack } from './stacks/access-stack.js';
import { DataStack } from './stacks/data-stack.js';
import { DeliveryStack } from './stacks/delivery-stack.js';
import { FleetStack } from './stacks/fleet-stack.js';
import { KeyStack } from './stacks/key-stack.js';
import { OperationsStack } from './stacks/operations-stack.js';

interface Deployed {
  readonly applications: readonly Application[];
  readonly stages: readonly Stage[];
}

interface Synthesis extends Deployed {
  /** The module that exports the applications, where the functions come from a package. */
  readonly applicationsFile?: string;
}

/**
 * Bundles the functions and writes the cloud assembly: of the stage that `-c stage=NAME` names, else of all.
 * @param outdir where to; the CDK command's choice (`cdk.out`) when absent.
 * @returns the assembly's directory.
 * @throws UsageError for a stage that does not exist, for an environment that is in none, and for a pipeline where it could not run.
 */
export function synthesize({ applicationsFile, ...deployed }: Synthesis, outdir?: string): string {
  if (applicationsFile !== undefined) demandNoPipeline(deployed.stages);
  bundleFunctions(applicationsFile);
  const app = new App({
    analyticsReporting: false,
    treeMetadata: false,
    ...(outdir !== undefined && { outdir }),
  });
  addStages(app, deployed);
  return app.synth().directory;
}

/** A setting that does nothing is worse than none. */
function demandNoPipeline(stages: readonly Stage[]): void {
  const stage = stages.find(({ pipeline }) => pipeline !== undefined);
  if (stage === undefined) return;
  throw new UsageError(
    `Stage "${stage.name}" names a pipeline, whose steps are scripts of a checkout of Veltrix (ci/)`,
    { hint: 'Name a repository on GitHub (github), or run the commands of docs/ci.md, "Anywhere else".' },
  );
}

/** The stacks of the chosen stages. */
export function addStages(app: App, { applications, stages }: Deployed): void {
  demandHomes(stages, applications);
  for (const stage of chosenStages(app, stages)) addStage(app, stage, applicationsIn(stage, applications));
}

function addStage(app: App, stage: Stage, applications: readonly Application[]): void {
  const name = (part: string) => `Veltrix-${stage.name}-${part}`;
  const env = placeOf(stage);
  const all = { env, stage, applications };

  // Outlives every deployment: tables, streams. Deleting it loses records.
  const data = new DataStack(app, name('Data'), { env, stage });
  // Configuration from a request to a rollout: AppConfig, publish, validate, fan-out.
  const delivery = new DeliveryStack(app, name('Delivery'), all);
  // What nodes report, and who has which work.
  const fleet = new FleetStack(app, name('Fleet'), all);
  // Who may do what: policies that people, pipelines and services are given.
  const access = new AccessStack(app, name('Access'), all);
  // What tells people that something needs them; nothing depends on it.
  new OperationsStack(app, name('Operations'), all);

  // Found by name, so nothing but this says which comes first.
  delivery.addStackDependency(data);
  fleet.addStackDependency(data);
  access.addStackDependency(delivery);
  // What everything is encrypted with, where that is a key of the stage's own. Deleting it loses everything.
  if (stage.key === 'customer-managed')
    data.addStackDependency(new KeyStack(app, name('Key'), { env, stage }));
}

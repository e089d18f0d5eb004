/** Every stack on one screen. */

import { App } from 'aws-cdk-lib';
import { applications } from '../config/applications.js';
import { bundleFunctions } from './bundle.js';
import { DataStack } from './stacks/data-stack.js';
import { DeliveryStack } from './stacks/delivery-stack.js';
import { FleetStack } from './stacks/fleet-stack.js';
import { OperationsStack } from './stacks/operations-stack.js';
import { stages } from './stages.js';

/**
 * Bundles the functions and writes the cloud assembly of all stages.
 * @param outdir where to; the CDK command's choice (`cdk.out`) when absent.
 * @returns the assembly's directory.
 */
export function synthesize(outdir?: string): string {
  bundleFunctions();
  const app = new App({
    analyticsReporting: false,
    treeMetadata: false,
    ...(outdir !== undefined && { outdir }),
  });

  for (const stage of stages) {
    const name = (part: string) => `Veltrix-${stage.name}-${part}`;
    const env = {
      ...(stage.account !== undefined && { account: stage.account }),
      ...(stage.region !== undefined && { region: stage.region }),
    };

    // Outlives every deployment: tables, streams. Deleting it loses records.
    const data = new DataStack(app, name('Data'), { env, stage });
    // Configuration from a request to a rollout: AppConfig, publish, validate, fan-out.
    const delivery = new DeliveryStack(app, name('Delivery'), { env, stage, applications });
    // What nodes report, and who has which work.
    const fleet = new FleetStack(app, name('Fleet'), { env, stage, applications });
    // What tells people that something needs them; nothing depends on it.
    new OperationsStack(app, name('Operations'), { env, stage, applications });

    // Found by name, so nothing but this says which comes first.
    delivery.addStackDependency(data);
    fleet.addStackDependency(data);
  }
  return app.synth().directory;
}

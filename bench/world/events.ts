/** An event for each function, such as AWS would hand it. */

import type { NodeReport } from '../../core/fleet/node-reports.js';
import type { FunctionFolder } from '../../infra/bundle.js';
import type { LocalAws } from '../../local/index.js';
import { contentOf } from './content.js';

/** Published already: publishing it again is without effect, so that one invocation is like the next. */
export async function eventsOf(aws: LocalAws): Promise<Readonly<Record<FunctionFolder, unknown>>> {
  const gameplay = await contentOf('gameplay');
  return {
    'publish-config': { profile: 'gameplay', content: gameplay, description: 'measured', author: 'bench' },
    'validate-config': {
      applicationId: 'abcdefg',
      configurationProfileId: 'hijklmn',
      configurationVersion: '1',
      content: Buffer.from(JSON.stringify(gameplay)).toString('base64'),
      uri: '',
    },
    // The schedule's event: look everywhere.
    'fan-out-change': {},
    'guard-rollout': await tickOf(aws),
    // With nothing to move, as most runs are.
    'assign-partitions': { cluster: 'treasure-hunt/staging' },
    'record-load': { Records: Array.from({ length: 20 }, (_, index) => recordOf(index)) },
  };
}

/** A tick of the first deployment in staging, which has a label and is over: it can be asked about again and again. */
export async function tickOf(aws: LocalAws) {
  const { Items: applications } = await aws.call<Listed>('appconfig', 'ListApplications', {});
  const application = named(applications, 'treasure-hunt');
  const ApplicationId = application.Id;
  const [environments, profiles] = await Promise.all([
    aws.call<Listed>('appconfig', 'ListEnvironments', { ApplicationId }),
    aws.call<Listed>('appconfig', 'ListConfigurationProfiles', { ApplicationId }),
  ]);
  return {
    InvocationId: 'abcdefg',
    Parameters: {},
    Type: 'AtDeploymentTick',
    Application: application,
    Environment: named(environments.Items, 'staging'),
    ConfigurationProfile: named(profiles.Items, 'gameplay'),
    DeploymentNumber: 1,
    ConfigurationVersion: '1',
    DeploymentState: 'DEPLOYING',
    PercentageComplete: '20.0',
  };
}

interface Named {
  readonly Id: string;
  readonly Name: string;
}
interface Listed {
  readonly Items: readonly Named[];
}

function named(items: readonly Named[], name: string): Named {
  const found = items.find(({ Name }) => Name === name);
  if (!found) throw new Error(`${name} is not deployed`);
  return { Id: found.Id, Name: found.Name };
}

/** One report of one node, as it comes from the stream. */
function recordOf(index: number) {
  const data = Buffer.from(JSON.stringify(reportOf(`node-${index}`))).toString('base64');
  const sequenceNumber = `${49_000_000 + index}`;
  return {
    eventID: `shardId-000000000000:${sequenceNumber}`,
    kinesis: { sequenceNumber, data, approximateArrivalTimestamp: Date.now() / 1000 },
  };
}

export const reportOf = (node: string): NodeReport => ({
  form: 1,
  cluster: 'treasure-hunt/staging',
  node,
  incarnation: 'measured',
  sequence: 1,
  labels: { zone: 'a' },
  capacity: 100,
  load: 0.5,
  queueDepth: 1,
  inFlight: 50,
  health: 'ready',
  profiles: {
    gameplay: {
      label: 'v1-00000000',
      source: 'cloud',
      schemaVersion: 1,
      counters: { 'v1-00000000': { requests: 1000, errors: 1, slow: 10 } },
    },
  },
  droppedReports: 0,
});

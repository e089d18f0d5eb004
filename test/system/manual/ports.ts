/** Both sides' ways to the local AWS, over sockets; what is called through them counts as under way. */

import { KinesisClient } from '@aws-sdk/client-kinesis';
import { appConfigSessions } from '../../../aws/appconfig/configuration-sessions.js';
import { dynamoDbClient } from '../../../aws/clients.js';
import { createNodeRecords } from '../../../aws/dynamodb/node-records.js';
import { kinesisLoadReports } from '../../../aws/kinesis/load-stream.js';
import { withoutNodeVersionWarning } from '../../../aws/node-version-warning.js';
import type { NodeDeps } from '../../../client/default-deps.js';
import type { Cloud } from '../../../control/cloud.js';
import { connect } from '../../../control/connect.js';
import { loadStream, nodesTable } from '../../../core/names.js';
import { epochMs } from '../../../core/time.js';
import type { Activity } from '../../../local/kernel/activity.js';
import type { ManualClock } from '../../../local/kernel/clock.js';
import { tracked } from './tracked.js';

export type NodePorts = Pick<NodeDeps, 'reports' | 'sessions'>;

/** One set for all nodes of a world, since clients are most of what a node costs. */
export function nodePorts(activity: Activity): NodePorts {
  const reports = kinesisLoadReports(loadStream('main'), lastingKinesis());
  return { sessions: tracked(activity, appConfigSessions()), reports: tracked(activity, reports) };
}

/** By itself the SDK opens a connection for each call to Kinesis, which is a third of what a report costs here. */
function lastingKinesis(): KinesisClient {
  const requestHandler = { disableConcurrentStreams: false };
  return withoutNodeVersionWarning(() => new KinesisClient({ requestHandler }));
}

/** The operator's view, on the world's clock. */
export function cloudOn(manual: ManualClock, endpoint: string, activity: Activity): Cloud {
  const clock = () => epochMs(Math.floor(manual.now()));
  const cloud = connect({ stage: 'main', target: endpoint });
  const counted = tracked(activity, cloud);
  const records = dynamoDbClient().then((client) => createNodeRecords(client, nodesTable('main'), clock));
  return {
    ...counted,
    clock,
    changes: cloud.changes,
    environment: async (address) => {
      const environment = await counted.environment(address);
      return { ...environment, store: tracked(activity, environment.store) };
    },
    records: { list: (name) => activity.track(records.then((all) => all.list(name))) },
    wait: (durationMs, signal) =>
      new Promise((resolve) => {
        const cancel = manual.after(durationMs, resolve);
        signal?.addEventListener('abort', () => {
          cancel();
          resolve();
        });
      }),
  };
}

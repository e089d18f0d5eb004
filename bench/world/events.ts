/** An event for each function, such as AWS would hand it. */

import type { NodeReport } from '../../core/fleet/node-reports.js';
import type { FunctionFolder } from '../../infra/bundle.js';
import { contentOf } from './content.js';

/** Published already: publishing it again is without effect, so that one invocation is like the next. */
export async function eventsOf(): Promise<Readonly<Record<FunctionFolder, unknown>>> {
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
    'record-load': { Records: Array.from({ length: 20 }, (_, index) => recordOf(index)) },
  };
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

const reportOf = (node: string): NodeReport => ({
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

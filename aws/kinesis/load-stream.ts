/** Load reports on their way to the stream `load`, over Kinesis. */

import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { LoadReports, PutOutcome } from '../../core/fleet/load-reports.js';
import { type NodeReport, reportPartitionKey } from '../../core/fleet/node-reports.js';
import { withoutNodeVersionWarning } from '../node-version-warning.js';

/** Kinesis: PutRecords takes at most 500 records. */
const batchMaxRecords = 500;

/** Reports to one Kinesis stream. Default: a client with the SDK's own settings (environment, files). */
export function kinesisLoadReports(
  streamName: string,
  client = withoutNodeVersionWarning(() => new KinesisClient({})),
): LoadReports {
  return {
    put: async (reports, signal) => {
      const batch = reports.slice(0, batchMaxRecords);
      const rest = reports.slice(batchMaxRecords);
      const outcome = await putBatch({ client, streamName, batch, signal });
      return rest.length === 0
        ? outcome
        : { reason: 'more than one batch', ...outcome, unsent: [...outcome.unsent, ...rest] };
    },
    close: () => client.destroy(),
  };
}

interface Put {
  readonly client: KinesisClient;
  readonly streamName: string;
  readonly batch: readonly NodeReport[];
  readonly signal: AbortSignal;
}

async function putBatch({ client, streamName, batch, signal }: Put): Promise<PutOutcome> {
  const command = new PutRecordsCommand({
    StreamName: streamName,
    Records: batch.map((report) => ({
      PartitionKey: reportPartitionKey(report),
      Data: new TextEncoder().encode(JSON.stringify(report)),
    })),
  });
  try {
    const { Records: records = [] } = await client.send(command, { abortSignal: signal });
    const failed = records.find((record) => record.ErrorCode !== undefined);
    if (!failed) return { unsent: [] };
    const unsent = batch.filter((_, index) => records[index]?.ErrorCode !== undefined);
    return { unsent, reason: `${failed.ErrorCode}: ${failed.ErrorMessage}` };
  } catch (error) {
    return {
      unsent: batch,
      reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
  }
}

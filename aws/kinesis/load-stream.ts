/** Load reports on their way to the stream `load`, over Kinesis. */

import { KinesisClient, KinesisServiceException, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { LoadReports, PutOutcome } from '../../core/fleet/load-reports.js';
import { type NodeReport, reportPartitionKey } from '../../core/fleet/node-reports.js';
import { withoutNodeVersionWarning } from '../node-version-warning.js';

/** Kinesis: PutRecords takes at most 500 records. */
const batchMaxRecords = 500;

/**
 * Two tries within the two seconds of `client/reports/reporter.ts`. The SDK's own would take the same connection again: over HTTP/2 a
 * call that timed out ends alone, and one connection on which nothing comes any more would hang them all.
 */
const [tries, requestTimeoutMs] = [2, 900];
const options = { maxAttempts: 1, requestHandler: { requestTimeout: requestTimeoutMs } } as const;

/** Reports to one Kinesis stream. Default: a client that finds region, credentials and endpoint as every AWS tool does. */
export function kinesisLoadReports(
  streamName: string,
  client = withoutNodeVersionWarning(() => new KinesisClient(options)),
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

async function putBatch(put: Put): Promise<PutOutcome> {
  const { client, batch, signal } = put;
  let error: unknown;
  for (let attempt = 0; attempt < tries && !signal.aborted; attempt += 1) {
    try {
      return await putOnce(put);
    } catch (thrown) {
      error = thrown;
      // The next call gets a connection of its own.
      if (!(thrown instanceof KinesisServiceException)) client.config.requestHandler.destroy?.();
    }
  }
  return {
    unsent: batch,
    reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  };
}

async function putOnce({ client, streamName, batch, signal }: Put): Promise<PutOutcome> {
  const command = new PutRecordsCommand({
    StreamName: streamName,
    Records: batch.map((report) => ({
      PartitionKey: reportPartitionKey(report),
      Data: new TextEncoder().encode(JSON.stringify(report)),
    })),
  });
  const { Records: records = [] } = await client.send(command, { abortSignal: signal });
  const failed = records.find((record) => record.ErrorCode !== undefined);
  if (!failed) return { unsent: [] };
  const unsent = batch.filter((_, index) => records[index]?.ErrorCode !== undefined);
  return { unsent, reason: `${failed.ErrorCode}: ${failed.ErrorMessage}` };
}

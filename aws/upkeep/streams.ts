/** How wide a stream is: Kinesis's control plane. */

import { DescribeStreamSummaryCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import type { Upkeep } from '../../core/upkeep.js';
import { calling, isNamed } from '../failures.js';

export function createStreams(client: KinesisClient): Pick<Upkeep, 'openShards'> {
  return {
    async openShards(stream) {
      const command = new DescribeStreamSummaryCommand({ StreamName: stream });
      const answer = await calling(`look at the stream ${stream}`, () => client.send(command), absent);
      return answer === 'absent' ? undefined : answer.StreamDescriptionSummary?.OpenShardCount;
    },
  };
}

const absent = (error: unknown) =>
  isNamed(error, 'ResourceNotFoundException') ? ('absent' as const) : undefined;

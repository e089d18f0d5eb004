/** The stream `changes` in Kinesis. */

import { type KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import type { ChangeStream } from '../../core/delivery/change-stream.js';
import { calling } from '../failures.js';

/** `stream` is the stream's name. One record an event; its partition key is the event's subject, so order holds per profile. */
export function createChangeStream(client: KinesisClient, stream: string): ChangeStream {
  return {
    async put(event) {
      const command = new PutRecordCommand({
        StreamName: stream,
        PartitionKey: event.subject,
        Data: new TextEncoder().encode(JSON.stringify(event)),
      });
      await calling(`put ${event.id} on ${stream}`, () => client.send(command));
    },
  };
}

/** The dead letters' queue in SQS. */

import { GetQueueUrlCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { ServiceUnavailable } from '../core/errors.js';
import type { DeadLetter, DeadLetters } from '../core/fleet/dead-letters.js';
import { calling } from './failures.js';

/** SQS: a message holds 256 KiB. */
const messageMaxBytes = 256 * 1024;

/** `queue` is the queue's name; its URL is looked up with the first letter and kept. */
export function createDeadLetters(client: SQSClient, queue: string): DeadLetters {
  let url: string | undefined;
  return {
    async put(letter) {
      url ??= await findUrl(client, queue);
      const command = new SendMessageCommand({ QueueUrl: url, MessageBody: toMessage(letter) });
      await calling(`send a dead letter to ${queue}`, () => client.send(command));
    },
  };
}

async function findUrl(client: SQSClient, queue: string): Promise<string> {
  const command = new GetQueueUrlCommand({ QueueName: queue });
  const { QueueUrl } = await calling(`find the queue ${queue}`, () => client.send(command));
  if (QueueUrl !== undefined) return QueueUrl;
  throw new ServiceUnavailable(`SQS gave no URL for ${queue}`, { hint: 'Deploy the stacks again.' });
}

/** A letter that cannot be sent would hold up its stream: what escapes make too long is cut, and says so. */
function toMessage(letter: DeadLetter): string {
  const message = asciiJson(letter);
  if (message.length <= messageMaxBytes) return message;
  const bare = asciiJson({ ...letter, content: '', truncated: true });
  return asciiJson({
    ...letter,
    content: cut(letter.content, messageMaxBytes - bare.length),
    truncated: true,
  });
}

/** JSON whose characters SQS all admits: it refuses some, such as U+FFFF, that JSON leaves as they are. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The longest beginning that takes at most so many bytes in a message. */
function cut(text: string, maxBytes: number): string {
  let bytes = 0;
  let end = 0;
  for (const char of text) {
    // Without the two quotation marks.
    bytes += asciiJson(char).length - 2;
    if (bytes > maxBytes) break;
    end += char.length;
  }
  return text.slice(0, end);
}

/**
 * The MD5s with which SDKs check that a message arrived whole. Source of the attributes' algorithm:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
import { createHash } from 'node:crypto';

interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: Uint8Array | undefined;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

export function digestOfBody(body: string): string {
  return createHash('md5').update(body, 'utf8').digest('hex');
}

/** Undefined for a message without attributes: the member is left out then. */
export function digestOfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  for (const name of names) hash.update(encode(name, attributes[name] ?? { DataType: 'String' }));
  return hash.digest('hex');
}

const stringTransport = 1;
const binaryTransport = 2;

function encode(name: string, attribute: MessageAttribute): Buffer {
  const binary = attribute.BinaryValue !== undefined;
  const value = attribute.BinaryValue ?? Buffer.from(attribute.StringValue ?? '');
  return Buffer.concat([
    withLength(Buffer.from(name)),
    withLength(Buffer.from(attribute.DataType)),
    Buffer.of(binary ? binaryTransport : stringTransport),
    withLength(value),
  ]);
}

function withLength(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.byteLength);
  return Buffer.concat([length, bytes]);
}

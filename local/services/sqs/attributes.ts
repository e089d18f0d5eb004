/** A queue's attributes: strings on the wire and in process, numbers where a queue uses them. */
import * as z from 'zod';
import { jsonText } from '../../kernel/json-text.js';
import { describe } from '../../kernel/operations.js';
import { invalidValue } from './errors.js';
import {
  delaySeconds,
  messageBytes,
  receivesBeforeDeadLetter,
  retentionSeconds,
  visibilitySeconds,
  waitSeconds,
} from './limits.js';

const redriveSchema = z.object({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.coerce
    .number()
    .int()
    .min(receivesBeforeDeadLetter.least)
    .max(receivesBeforeDeadLetter.most),
});

export type RedrivePolicy = z.output<typeof redriveSchema>;

const flag = z.enum(['true', 'false']);

/** Attributes that a client may set. FIFO's are not among them: a FIFO queue is refused. */
const settable = z.strictObject({
  DelaySeconds: within({ least: 0, most: delaySeconds.most }),
  KmsDataKeyReusePeriodSeconds: within({ least: 60, most: 86_400 }),
  KmsMasterKeyId: z.string(),
  MaximumMessageSize: within({ least: 1024, most: messageBytes }),
  MessageRetentionPeriod: within(retentionSeconds),
  Policy: z.union([z.literal(''), jsonText]),
  ReceiveMessageWaitTimeSeconds: within({ least: 0, most: waitSeconds.most }),
  RedriveAllowPolicy: jsonText,
  RedrivePolicy: z.union([z.literal(''), jsonText]),
  SqsManagedSseEnabled: flag,
  VisibilityTimeout: within({ least: 0, most: visibilitySeconds.most }),
});

const settableSchema = settable.partial();

export type QueueAttributes = Readonly<Record<string, string>>;

const defaults: QueueAttributes = {
  DelaySeconds: String(delaySeconds.byDefault),
  MaximumMessageSize: String(messageBytes),
  MessageRetentionPeriod: String(retentionSeconds.byDefault),
  ReceiveMessageWaitTimeSeconds: String(waitSeconds.byDefault),
  SqsManagedSseEnabled: 'true',
  VisibilityTimeout: String(visibilitySeconds.byDefault),
};

/** The attributes of a new queue. Throws InvalidParameterValue, naming attribute and expectation. */
export function newAttributes(asked: QueueAttributes): QueueAttributes {
  return { ...defaults, ...checkAttributes(asked) };
}

/** Throws InvalidParameterValue, naming attribute and expectation. */
export function checkAttributes(asked: QueueAttributes): QueueAttributes {
  const parsed = settableSchema.safeParse(asked);
  if (!parsed.success) throw invalidValue(`Attributes: ${describe(parsed.error)}`);
  redrivePolicy(asked);
  return asked;
}

export function numberOf(attributes: QueueAttributes, name: keyof typeof settable.shape): number {
  return Number(attributes[name] ?? 0);
}

/** Where messages go that were received too often; undefined when they stay. */
export function redrivePolicy(attributes: QueueAttributes): RedrivePolicy | undefined {
  const text = attributes['RedrivePolicy'];
  if (text === undefined || text === '') return undefined;
  const parsed = redriveSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw invalidValue(`RedrivePolicy: ${describe(parsed.error)}`);
  return parsed.data;
}

function within({ least, most }: { least: number; most: number }) {
  return z
    .string()
    .regex(/^\d+$/)
    .refine((text) => Number(text) >= least && Number(text) <= most, {
      message: `expected ${least} to ${most}`,
    });
}

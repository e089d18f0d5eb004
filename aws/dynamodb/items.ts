/** What all items in Veltrix's tables share: a revision that guards the next write, and documents kept as JSON. */

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { ServiceUnavailable } from '../../core/errors.js';
import { isNamed } from '../failures.js';

export type Item = Record<string, AttributeValue>;

/** A whole number, as DynamoDB keeps it. */
export const wholeNumber = z
  .object({ N: z.string().regex(/^\d{1,15}$/) })
  .transform((attribute) => Number(attribute.N));

/** A JSON document kept as text. */
export const document = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .object({ S: z.string() })
    .transform((attribute, context): unknown => {
      try {
        return JSON.parse(attribute.S);
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

/** @throws ServiceUnavailable when the item has another form than what Veltrix writes. */
export function readItem<Schema extends z.ZodType>(
  schema: Schema,
  item: Item,
  subject: string,
): z.output<Schema> {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ServiceUnavailable(
    `${subject} was stored in another form: ${issue?.path.join('.')} ${issue?.message}`,
    { hint: 'Something else wrote it, or another version of Veltrix did.', cause: parsed.error },
  );
}

/** In words: nobody wrote since revision `over` was read; for 0, nobody wrote at all. `key` is one of the key's attributes. */
export function overRevision(over: number, key: string) {
  if (over === 0) {
    return { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': key } };
  }
  return {
    ConditionExpression: '#revision = :over',
    ExpressionAttributeNames: { '#revision': 'revision' },
    ExpressionAttributeValues: { ':over': { N: String(over) } },
  };
}

/** Makes `lost` of a refused condition. */
export const lost = (error: unknown): 'lost' | undefined =>
  isNamed(error, 'ConditionalCheckFailedException') ? 'lost' : undefined;

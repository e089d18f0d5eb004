/**
 * Properties that tables have in common.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-dynamodb-table.html.
 */
import * as z from 'zod';
import { choice, document, flag, number, text } from '../properties.js';

export const throughput = z.strictObject({ ReadCapacityUnits: number, WriteCapacityUnits: number });
export const onDemand = z.strictObject({
  MaxReadRequestUnits: number.optional(),
  MaxWriteRequestUnits: number.optional(),
});
export const keySchema = z.array(z.strictObject({ AttributeName: text, KeyType: choice(['HASH', 'RANGE']) }));
export const projection = z.strictObject({
  ProjectionType: choice(['ALL', 'INCLUDE', 'KEYS_ONLY']).optional(),
  NonKeyAttributes: z.array(text).optional(),
});
export const attributeDefinitions = z.array(
  z.strictObject({ AttributeName: text, AttributeType: choice(['B', 'N', 'S']) }),
);
export const localIndex = z.strictObject({
  IndexName: text,
  KeySchema: keySchema,
  Projection: projection,
});
export const timeToLive = z.strictObject({ AttributeName: text.optional(), Enabled: flag });
export const encryption = z.strictObject({
  SSEEnabled: flag,
  SSEType: choice(['KMS']).optional(),
  KMSMasterKeyId: text.optional(),
});
export const recovery = z.strictObject({
  PointInTimeRecoveryEnabled: flag.optional(),
  RecoveryPeriodInDays: number.optional(),
});
/** Remembered: nothing is authorized by it here. */
export const resourcePolicy = z.strictObject({ PolicyDocument: document });
export const billingMode = choice(['PAY_PER_REQUEST', 'PROVISIONED']);
export const tableClass = choice(['STANDARD', 'STANDARD_INFREQUENT_ACCESS']);

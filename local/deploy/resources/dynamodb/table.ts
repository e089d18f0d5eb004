/** AWS::DynamoDB::Table. */
import * as z from 'zod';
import { defineResource, type ResourceHandler } from '../handler.js';
import { flag, tags, text } from '../properties.js';
import { createTable, given, removeTable, type TableWish, updateTable } from './table-operations.js';
import {
  attributeDefinitions,
  billingMode,
  encryption,
  keySchema,
  localIndex,
  onDemand,
  projection,
  recovery,
  resourcePolicy,
  tableClass,
  throughput,
  timeToLive,
} from './table-schema.js';

const properties = z.strictObject({
  TableName: text.optional(),
  AttributeDefinitions: attributeDefinitions,
  KeySchema: keySchema,
  BillingMode: billingMode.optional(),
  ProvisionedThroughput: throughput.optional(),
  OnDemandThroughput: onDemand.optional(),
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: text,
        KeySchema: keySchema,
        Projection: projection,
        ProvisionedThroughput: throughput.optional(),
        OnDemandThroughput: onDemand.optional(),
      }),
    )
    .optional(),
  LocalSecondaryIndexes: z.array(localIndex).optional(),
  TimeToLiveSpecification: timeToLive.optional(),
  PointInTimeRecoverySpecification: recovery.optional(),
  SSESpecification: encryption.optional(),
  TableClass: tableClass.optional(),
  DeletionProtectionEnabled: flag.optional(),
  ResourcePolicy: resourcePolicy.optional(),
  Tags: tags.optional(),
});
type Properties = z.output<typeof properties>;

export const dynamodbTable: ResourceHandler = defineResource({
  type: 'AWS::DynamoDB::Table',
  properties,
  attributes: ['Arn'],
  // Here an index of an existing table cannot be changed; AWS would add or remove it.
  replaceOn: [
    'TableName',
    'KeySchema',
    'LocalSecondaryIndexes',
    'GlobalSecondaryIndexes',
    'AttributeDefinitions',
  ],
  nameProperty: 'TableName',
  create: (context, wanted) =>
    createTable(context, wanted.TableName ?? context.generateName(255), wishOf(wanted)),
  async update(context, { physicalId, attributes, before, after }) {
    await updateTable(context, physicalId, { before: wishOf(before), after: wishOf(after) });
    return { physicalId, attributes };
  },
  remove: (context, { physicalId }) => removeTable(context, physicalId),
});

function wishOf(wanted: Properties): TableWish {
  const { SSESpecification: sse } = wanted;
  const changeable = given({
    BillingMode: wanted.BillingMode ?? 'PROVISIONED',
    ProvisionedThroughput: wanted.ProvisionedThroughput,
    OnDemandThroughput: wanted.OnDemandThroughput,
    TableClass: wanted.TableClass,
    DeletionProtectionEnabled: wanted.DeletionProtectionEnabled ?? false,
    SSESpecification:
      sse && given({ Enabled: sse.SSEEnabled, SSEType: sse.SSEType, KMSMasterKeyId: sse.KMSMasterKeyId }),
  });
  return {
    changeable,
    definition: given({
      ...changeable,
      AttributeDefinitions: wanted.AttributeDefinitions,
      KeySchema: wanted.KeySchema,
      GlobalSecondaryIndexes: wanted.GlobalSecondaryIndexes?.map(({ OnDemandThroughput, ...index }) =>
        given(index),
      ),
      LocalSecondaryIndexes: wanted.LocalSecondaryIndexes,
      Tags: wanted.Tags,
    }),
    timeToLive: wanted.TimeToLiveSpecification,
    recovers: wanted.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled ?? false,
    tags: wanted.Tags,
  };
}

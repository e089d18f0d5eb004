/**
 * AWS::DynamoDB::GlobalTable, which CDK's TableV2 writes: here with one replica, that of this region.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-dynamodb-globaltable.html.
 */
import * as z from 'zod';
import { defineResource, type ResourceContext, type ResourceHandler } from '../handler.js';
import { flag, number, tags, text } from '../properties.js';
import { createTable, given, removeTable, type TableWish, updateTable } from './table-operations.js';
import {
  attributeDefinitions,
  billingMode,
  keySchema,
  localIndex,
  projection,
  recovery,
  tableClass,
  timeToLive,
} from './table-schema.js';

const writeOnDemand = z.strictObject({ MaxWriteRequestUnits: number.optional() });

const replica = z.strictObject({
  Region: text,
  DeletionProtectionEnabled: flag.optional(),
  PointInTimeRecoverySpecification: recovery.optional(),
  ContributorInsightsSpecification: z.strictObject({ Enabled: flag, Mode: text.optional() }).optional(),
  TableClass: tableClass.optional(),
  SSESpecification: z.strictObject({ KMSMasterKeyId: text }).optional(),
  ReadOnDemandThroughputSettings: z.strictObject({ MaxReadRequestUnits: number.optional() }).optional(),
  Tags: tags.optional(),
});

const properties = z.strictObject({
  TableName: text.optional(),
  AttributeDefinitions: attributeDefinitions,
  KeySchema: keySchema,
  BillingMode: billingMode.optional(),
  WriteOnDemandThroughputSettings: writeOnDemand.optional(),
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: text,
        KeySchema: keySchema,
        Projection: projection,
        WriteOnDemandThroughputSettings: writeOnDemand.optional(),
      }),
    )
    .optional(),
  LocalSecondaryIndexes: z.array(localIndex).optional(),
  TimeToLiveSpecification: timeToLive.optional(),
  SSESpecification: z.strictObject({ SSEEnabled: flag, SSEType: text.optional() }).optional(),
  Replicas: z.array(replica).length(1, 'expected one replica: this local AWS has one region'),
});
type Properties = z.output<typeof properties>;

export const dynamodbGlobalTable: ResourceHandler = defineResource({
  type: 'AWS::DynamoDB::GlobalTable',
  properties,
  attributes: ['Arn', 'TableId'],
  replaceOn: [
    'TableName',
    'KeySchema',
    'LocalSecondaryIndexes',
    'GlobalSecondaryIndexes',
    'AttributeDefinitions',
  ],
  nameProperty: 'TableName',
  async create(context, wanted) {
    requireHome(context, wanted);
    const made = await createTable(context, wanted.TableName ?? context.generateName(255), wishOf(wanted));
    return { ...made, attributes: { ...made.attributes, TableId: made.physicalId } };
  },
  async update(context, { physicalId, attributes, before, after }) {
    requireHome(context, after);
    await updateTable(context, physicalId, { before: wishOf(before), after: wishOf(after) });
    return { physicalId, attributes };
  },
  remove: (context, { physicalId }) => removeTable(context, physicalId),
});

function requireHome({ identity }: ResourceContext, wanted: Properties): void {
  const region = wanted.Replicas[0]?.Region;
  if (region !== identity.region)
    throw new Error(`Replicas.0.Region: expected ${identity.region}, this local AWS's region, got ${region}`);
}

function wishOf(wanted: Properties): TableWish {
  const home = wanted.Replicas[0];
  const changeable = given({
    BillingMode: wanted.BillingMode ?? 'PAY_PER_REQUEST',
    TableClass: home?.TableClass,
    DeletionProtectionEnabled: home?.DeletionProtectionEnabled ?? false,
    SSESpecification: wanted.SSESpecification && { Enabled: wanted.SSESpecification.SSEEnabled },
  });
  return {
    changeable,
    definition: given({
      ...changeable,
      AttributeDefinitions: wanted.AttributeDefinitions,
      KeySchema: wanted.KeySchema,
      GlobalSecondaryIndexes: wanted.GlobalSecondaryIndexes?.map(
        ({ WriteOnDemandThroughputSettings, ...index }) => index,
      ),
      LocalSecondaryIndexes: wanted.LocalSecondaryIndexes,
      Tags: home?.Tags,
    }),
    timeToLive: wanted.TimeToLiveSpecification,
    recovers: home?.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled ?? false,
    tags: home?.Tags,
  };
}

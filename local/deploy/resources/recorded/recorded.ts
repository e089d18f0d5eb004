/**
 * Types without a service of their own here: their properties are checked and remembered, and nothing else happens.
 * behaviour.md says what that means for each.
 */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { defineResource, type ResourceHandler } from '../handler.js';
import { choice, document, flag, number, tags, text } from '../properties.js';

/** CDK's note about itself. */
export const cdkMetadata: ResourceHandler = defineResource({
  type: 'AWS::CDK::Metadata',
  properties: z.looseObject({}),
  attributes: [],
  replaceOn: [],
  create: async ({ stack }) => ({ physicalId: `${stack}/metadata` }),
  update: async (_, { physicalId }) => ({ physicalId }),
  remove: async () => {},
});

/** Nothing is encrypted here; the key exists so that others can name it. */
export const kmsKey: ResourceHandler = defineResource({
  type: 'AWS::KMS::Key',
  properties: z.strictObject({
    KeyPolicy: document.optional(),
    Description: text.optional(),
    Enabled: flag.optional(),
    EnableKeyRotation: flag.optional(),
    RotationPeriodInDays: number.optional(),
    KeySpec: text.optional(),
    KeyUsage: text.optional(),
    MultiRegion: flag.optional(),
    PendingWindowInDays: number.optional(),
    Tags: tags.optional(),
  }),
  attributes: ['Arn', 'KeyId'],
  replaceOn: ['KeySpec', 'KeyUsage', 'MultiRegion'],
  async create({ identity }) {
    const KeyId = randomUUID();
    const { partition, region, accountId } = identity;
    const Arn = `arn:${partition}:kms:${region}:${accountId}:key/${KeyId}`;
    return { physicalId: KeyId, attributes: { Arn, KeyId } };
  },
  update: async (_, { physicalId, attributes }) => ({ physicalId, attributes }),
  remove: async () => {},
});

export const kmsAlias: ResourceHandler = defineResource({
  type: 'AWS::KMS::Alias',
  properties: z.strictObject({ AliasName: text, TargetKeyId: text }),
  attributes: [],
  replaceOn: ['AliasName'],
  nameProperty: 'AliasName',
  create: async (_, { AliasName }) => ({ physicalId: AliasName }),
  update: async (_, { physicalId }) => ({ physicalId }),
  remove: async () => {},
});

/** There is no Systems Manager: the value can be had by `Fn::GetAtt` only. */
export const ssmParameter: ResourceHandler = defineResource({
  type: 'AWS::SSM::Parameter',
  properties: z.strictObject({
    Name: text.optional(),
    Type: choice(['String', 'StringList']),
    Value: text,
    Description: text.optional(),
    AllowedPattern: text.optional(),
    Tier: text.optional(),
    DataType: text.optional(),
    Tags: z.record(z.string(), text).optional(),
  }),
  attributes: ['Type', 'Value'],
  replaceOn: ['Name'],
  nameProperty: 'Name',
  async create(context, { Name, Type, Value }) {
    return { physicalId: Name ?? context.generateName(1011), attributes: { Type, Value } };
  },
  async update(_, { physicalId, after }) {
    return { physicalId, attributes: { Type: after.Type, Value: after.Value } };
  },
  remove: async () => {},
});

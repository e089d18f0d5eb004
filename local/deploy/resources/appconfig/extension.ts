/** AWS::AppConfig::Extension: an update makes another version of the same extension. */
import * as z from 'zod';
import { defineResource, type ResourceHandler } from '../handler.js';
import { flag, number, tagMap, tags, text } from '../properties.js';

const action = z.strictObject({
  Name: text,
  Uri: text,
  RoleArn: text.optional(),
  Description: text.optional(),
});

interface Extension {
  readonly Id: string;
  readonly Arn: string;
  readonly VersionNumber: number;
}

export const appconfigExtension: ResourceHandler = defineResource({
  type: 'AWS::AppConfig::Extension',
  properties: z.strictObject({
    Name: text,
    Actions: z.record(z.string(), z.array(action)),
    Description: text.optional(),
    Parameters: z
      .record(
        z.string(),
        z.strictObject({ Description: text.optional(), Required: flag, Dynamic: flag.optional() }),
      )
      .optional(),
    LatestVersionNumber: number.optional(),
    Tags: tags.optional(),
  }),
  attributes: ['Arn', 'Id', 'VersionNumber'],
  replaceOn: ['Name', 'Tags'],
  nameProperty: 'Name',
  async create(context, { Tags, ...wanted }) {
    const input = { ...wanted, Tags: tagMap(Tags) };
    return madeOf(await context.aws.call<Extension>('appconfig', 'CreateExtension', input));
  },
  async update(context, { physicalId, after: { Actions, Description, Parameters } }) {
    const input = { ExtensionIdentifier: physicalId, Actions, Description, Parameters };
    return madeOf(await context.aws.call<Extension>('appconfig', 'UpdateExtension', input));
  },
  async remove(context, { physicalId }) {
    await context.aws.call('appconfig', 'DeleteExtension', { ExtensionIdentifier: physicalId });
  },
});

function madeOf({ Id, Arn, VersionNumber }: Extension) {
  return { physicalId: Id, attributes: { Id, Arn, VersionNumber: String(VersionNumber) } };
}

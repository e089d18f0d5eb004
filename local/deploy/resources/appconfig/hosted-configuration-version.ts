/** AWS::AppConfig::HostedConfigurationVersion: a change of anything makes a new version. */
import * as z from 'zod';
import { defineResource, type ResourceHandler } from '../handler.js';
import { number, text } from '../properties.js';

export const appconfigHostedConfigurationVersion: ResourceHandler = defineResource({
  type: 'AWS::AppConfig::HostedConfigurationVersion',
  properties: z.strictObject({
    ApplicationId: text,
    ConfigurationProfileId: text,
    Content: text,
    ContentType: text,
    Description: text.optional(),
    LatestVersionNumber: number.optional(),
    VersionLabel: text.optional(),
  }),
  attributes: ['VersionNumber'],
  replaceOn: 'all',
  async create(context, wanted) {
    const input = { ...wanted, Content: Buffer.from(wanted.Content, 'utf8') };
    const made = await context.aws.call<{ VersionNumber: number }>(
      'appconfig',
      'CreateHostedConfigurationVersion',
      input,
    );
    const VersionNumber = String(made.VersionNumber);
    return { physicalId: VersionNumber, attributes: { VersionNumber } };
  },
  async remove(context, { physicalId, properties: { ApplicationId, ConfigurationProfileId } }) {
    const input = { ApplicationId, ConfigurationProfileId, VersionNumber: Number(physicalId) };
    await context.aws.call('appconfig', 'DeleteHostedConfigurationVersion', input);
  },
});

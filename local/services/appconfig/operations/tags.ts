/** Tags, of every resource that AWS lets carry them: all but hosted versions. */
import * as z from 'zod';
import { defineOperation } from '../../../kernel/operations.js';
import {
  applicationArn,
  associationArn,
  deploymentArn,
  environmentArn,
  profileArn,
  strategyArn,
} from '../arns.js';
import type { AppConfig } from '../context.js';
import { badRequest, notFound } from '../errors.js';
import { tagsPerResource } from '../limits.js';
import { predefinedStrategies } from '../strategies.js';
import { tagValues } from './members.js';

const resource = { ResourceArn: z.string().min(20).max(2048) };

export const tagResource = defineOperation({
  input: z.strictObject({ ...resource, Tags: tagValues }),
  run(app: AppConfig, { ResourceArn, Tags }) {
    assertExists(app, ResourceArn);
    const tags = { ...app.state.tags.get(ResourceArn), ...Tags };
    if (Object.keys(tags).length > tagsPerResource)
      throw badRequest(`Tags: ${ResourceArn} would have more than ${tagsPerResource} tags`);
    app.state.tags.set(ResourceArn, tags);
    return {};
  },
});

export const untagResource = defineOperation({
  input: z.strictObject({ ...resource, TagKeys: z.array(z.string().min(1).max(128)).max(tagsPerResource) }),
  run(app: AppConfig, { ResourceArn, TagKeys }) {
    assertExists(app, ResourceArn);
    const kept = Object.entries(app.state.tags.get(ResourceArn) ?? {}).filter(
      ([key]) => !TagKeys.includes(key),
    );
    app.state.tags.set(ResourceArn, Object.fromEntries(kept));
    return {};
  },
});

export const listTagsForResource = defineOperation({
  input: z.strictObject(resource),
  run(app: AppConfig, { ResourceArn }) {
    assertExists(app, ResourceArn);
    return { Tags: { ...app.state.tags.get(ResourceArn) } };
  },
});

/** What a create operation does with its `Tags`. */
export function tagOnCreate(app: AppConfig, arn: string, tags: Record<string, string> | undefined): void {
  if (tags) app.state.tags.set(arn, tags);
}

function assertExists(app: AppConfig, arn: string): void {
  if (app.state.tags.has(arn) || arnsOf(app).has(arn)) return;
  throw notFound('Resource', `No taggable resource has the ARN ${arn}`);
}

function arnsOf({ state, identity }: AppConfig): ReadonlySet<string> {
  const arns = new Set<string>();
  for (const { Id } of state.applications.values()) arns.add(applicationArn(identity, Id));
  for (const { ApplicationId, Id } of state.environments.values())
    arns.add(environmentArn(identity, ApplicationId, Id));
  for (const { ApplicationId, Id } of state.profiles.values())
    arns.add(profileArn(identity, ApplicationId, Id));
  for (const { Id } of [...predefinedStrategies, ...state.strategies.values()])
    arns.add(strategyArn(identity, Id));
  for (const deployment of [...state.deployments.values()].flat())
    arns.add(deploymentArn(identity, deployment));
  for (const { Arn } of state.extensions.values()) arns.add(Arn);
  for (const { Id } of state.associations.values()) arns.add(associationArn(identity, Id));
  return arns;
}

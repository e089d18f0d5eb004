/** Associations: an extension version put in force for an application, an environment or a profile. */
import * as z from 'zod';
import { defineOperation } from '../../../../kernel/operations.js';
import { applicationArn, associationArn, environmentArn, profileArn } from '../../arns.js';
import type { AppConfig } from '../../context.js';
import { badRequest, notFound, notHere } from '../../errors.js';
import { parametersPerExtension } from '../../limits.js';
import { extensionOf, getAssociation, getExtension } from '../../lookups.js';
import { type Association, type Extension, shapeOf } from '../../state/records.js';
import { nextId, nextOrdinal } from '../../state/state.js';
import { merge } from '../applications.js';
import { identifier, page, paging, tagValues, versionNumber } from '../members.js';
import { tagOnCreate } from '../tags.js';

const values = z
  .record(z.string().min(1).max(64), z.string().min(1).max(2048))
  .refine((all) => Object.keys(all).length <= parametersPerExtension, 'at most 10 parameters');

const inAssociation = { ExtensionAssociationId: identifier };

/** Without a version, the highest at this moment; the association stays with it. */
export const createExtensionAssociation = defineOperation({
  input: z.strictObject({
    ExtensionIdentifier: identifier,
    ExtensionVersionNumber: versionNumber.optional(),
    ResourceIdentifier: identifier,
    Parameters: values.optional(),
    Tags: tagValues.optional(),
  }),
  run(app: AppConfig, input) {
    const { state, clock, identity } = app;
    if (/AWS\.AppConfig\./.test(input.ExtensionIdentifier))
      throw notHere(`the AWS-authored extension ${input.ExtensionIdentifier}`);
    const extension = getExtension(state, input.ExtensionIdentifier, input.ExtensionVersionNumber);
    assertAssociable(app, input.ResourceIdentifier);
    assertParameters(extension, input.Parameters ?? {});
    const Id = nextId(state);
    const association: Association = {
      ordinal: nextOrdinal(state),
      createdAtMs: clock.now(),
      extensionId: extension.Id,
      Id,
      ExtensionArn: extension.Arn,
      ResourceArn: input.ResourceIdentifier,
      Arn: associationArn(identity, Id),
      Parameters: input.Parameters,
      ExtensionVersionNumber: extension.VersionNumber,
    };
    state.associations.set(Id, association);
    tagOnCreate(app, association.Arn, input.Tags);
    return shapeOf(association);
  },
});

export const getExtensionAssociation = defineOperation({
  input: z.strictObject(inAssociation),
  run: ({ state }: AppConfig, input) => shapeOf(getAssociation(state, input.ExtensionAssociationId)),
});

export const listExtensionAssociations = defineOperation({
  input: z.strictObject({
    ...paging,
    ResourceIdentifier: identifier.optional(),
    ExtensionIdentifier: identifier.optional(),
    ExtensionVersionNumber: versionNumber.optional(),
  }),
  run({ state }: AppConfig, { ResourceIdentifier, ExtensionIdentifier, ExtensionVersionNumber, ...request }) {
    const items = [...state.associations.values()].filter(
      (association) =>
        isWanted(association.ResourceArn, ResourceIdentifier) &&
        isOf(extensionOf(state, association), ExtensionIdentifier) &&
        isWanted(association.ExtensionVersionNumber, ExtensionVersionNumber),
    );
    return page({ items, position: (association) => association.ordinal, view: summarize }, request);
  },
});

export const updateExtensionAssociation = defineOperation({
  input: z.strictObject({ ...inAssociation, Parameters: values.optional() }),
  run({ state }: AppConfig, { ExtensionAssociationId, Parameters }) {
    const association = getAssociation(state, ExtensionAssociationId);
    const extension = extensionOf(state, association);
    if (Parameters && extension) assertParameters(extension, Parameters);
    const updated: Association = merge(association, { Parameters });
    state.associations.set(updated.Id, updated);
    return shapeOf(updated);
  },
});

export const deleteExtensionAssociation = defineOperation({
  input: z.strictObject(inAssociation),
  run({ state }: AppConfig, { ExtensionAssociationId }) {
    const { Id, Arn } = getAssociation(state, ExtensionAssociationId);
    state.associations.delete(Id);
    state.tags.delete(Arn);
    return {};
  },
});

function summarize({ Id, ExtensionArn, ResourceArn }: Association) {
  return { Id, ExtensionArn, ResourceArn };
}

function isWanted<T>(value: T, wanted: T | undefined): boolean {
  return wanted === undefined || value === wanted;
}

function isOf(extension: Extension | undefined, identifierWanted: string | undefined): boolean {
  if (identifierWanted === undefined) return true;
  return extension !== undefined && [extension.Id, extension.Name, extension.Arn].includes(identifierWanted);
}

function assertAssociable({ state, identity }: AppConfig, arn: string): void {
  const arns = [
    ...[...state.applications.values()].map((one) => applicationArn(identity, one.Id)),
    ...[...state.environments.values()].map((one) => environmentArn(identity, one.ApplicationId, one.Id)),
    ...[...state.profiles.values()].map((one) => profileArn(identity, one.ApplicationId, one.Id)),
  ];
  if (arns.includes(arn)) return;
  throw notFound('Resource', `No application, environment or configuration profile has the ARN ${arn}`);
}

function assertParameters({ Name, Parameters = {} }: Extension, given: Record<string, string>): void {
  const missing = Object.keys(Parameters).filter((key) => Parameters[key]?.Required && !(key in given));
  if (missing.length > 0) throw badRequest(`Parameters: extension ${Name} requires ${missing.join(', ')}`);
  const unknown = Object.keys(given).filter((key) => !(key in Parameters));
  if (unknown.length > 0)
    throw badRequest(`Parameters: extension ${Name} has no parameter ${unknown.join(', ')}`);
}

/** Extensions: versioned definitions of what is called at which action point. */
import * as z from 'zod';
import { defineOperation } from '../../../../kernel/operations.js';
import { extensionArn } from '../../arns.js';
import type { AppConfig } from '../../context.js';
import { badRequest, conflict, notHere } from '../../errors.js';
import { defaultBusPattern } from '../../extensions/notices.js';
import { functionArnPattern } from '../../lambda/invoke.js';
import { actionPointsPerExtension, parametersPerExtension } from '../../limits.js';
import { getExtension, highestVersion } from '../../lookups.js';
import { type Actions, actionPoints, type Extension, shapeOf } from '../../state/records.js';
import { nextId, nextOrdinal, versionedKey } from '../../state/state.js';
import { merge } from '../applications.js';
import {
  description,
  identifier,
  name,
  page,
  paging,
  roleArn,
  tagValues,
  versionNumber,
} from '../members.js';
import { tagOnCreate } from '../tags.js';

const extensionName = z.string().regex(/^[^/#:\n]{1,64}$/);

const action = z.strictObject({
  Name: name,
  Description: description,
  Uri: identifier,
  RoleArn: roleArn.optional(),
});

const actions = z
  .partialRecord(z.enum(actionPoints), z.array(action).length(1, 'expected exactly one action'))
  .refine((points) => isBetween(points, actionPointsPerExtension), 'expected 1 to 5 action points');

const parameter = z
  .strictObject({
    Description: description,
    Required: z.boolean().optional(),
    Dynamic: z.boolean().optional(),
  })
  .refine(
    ({ Required, Dynamic }) => !(Required && Dynamic),
    'a parameter cannot be both Required and Dynamic',
  );

const parameters = z
  .record(extensionName, parameter)
  .refine((all) => isBetween(all, parametersPerExtension), 'expected 1 to 10 parameters');

const inExtension = { ExtensionIdentifier: identifier, VersionNumber: versionNumber.optional() };

/** A name that exists gets its next version, if `LatestVersionNumber` is the highest one; else ConflictException. */
export const createExtension = defineOperation({
  input: z.strictObject({
    Name: extensionName,
    Description: description,
    Actions: actions,
    Parameters: parameters.optional(),
    Tags: tagValues.optional(),
    LatestVersionNumber: versionNumber.optional(),
  }),
  run(app: AppConfig, { Tags, LatestVersionNumber, ...about }) {
    const { state, clock, identity } = app;
    assertReachable(about.Actions);
    const versions = [...state.extensions.values()].filter((extension) => extension.Name === about.Name);
    const highest = highestVersion(versions);
    if ((LatestVersionNumber ?? 0) !== highest) throw wrongVersion(about.Name, highest, LatestVersionNumber);
    const Id = versions[0]?.Id ?? nextId(state);
    const VersionNumber = highest + 1;
    const own = { ordinal: nextOrdinal(state), createdAtMs: clock.now() };
    const Arn = extensionArn(identity, Id, VersionNumber);
    const extension: Extension = { ...own, Id, VersionNumber, Arn, ...about };
    state.extensions.set(versionedKey(Id, VersionNumber), extension);
    tagOnCreate(app, Arn, Tags);
    return shapeOf(extension);
  },
});

export const getExtensionOperation = defineOperation({
  input: z.strictObject(inExtension),
  run: ({ state }: AppConfig, { ExtensionIdentifier, VersionNumber }) =>
    shapeOf(getExtension(state, ExtensionIdentifier, VersionNumber)),
});

/** The highest version of each. */
export const listExtensions = defineOperation({
  input: z.strictObject({ ...paging, Name: z.string().min(1).max(64).optional() }),
  run({ state }: AppConfig, { Name, ...request }) {
    const all = [...state.extensions.values()];
    const items = all.filter(
      (extension) =>
        (Name === undefined || extension.Name === Name) &&
        !all.some((other) => other.Id === extension.Id && other.VersionNumber > extension.VersionNumber),
    );
    return page({ items, position: (extension) => extension.ordinal, view: summarize }, request);
  },
});

/** Changes a version in place; the highest, when none is given. Deployments under way keep what they started with. */
export const updateExtension = defineOperation({
  input: z.strictObject({
    ...inExtension,
    Description: description,
    Actions: actions.optional(),
    Parameters: parameters.optional(),
  }),
  run({ state }: AppConfig, { ExtensionIdentifier, VersionNumber, ...changes }) {
    if (changes.Actions) assertReachable(changes.Actions);
    const updated: Extension = merge(getExtension(state, ExtensionIdentifier, VersionNumber), changes);
    state.extensions.set(versionedKey(updated.Id, updated.VersionNumber), updated);
    return shapeOf(updated);
  },
});

export const deleteExtension = defineOperation({
  input: z.strictObject(inExtension),
  run({ state }: AppConfig, { ExtensionIdentifier, VersionNumber }) {
    const { Id, Arn, VersionNumber: version } = getExtension(state, ExtensionIdentifier, VersionNumber);
    const associations = [...state.associations.values()].filter((one) => one.ExtensionArn === Arn);
    if (associations.length > 0)
      throw badRequest(
        `Cannot delete extension ${Arn} because it is still associated: ${associations.map((one) => one.Id).join(', ')}`,
      );
    state.extensions.delete(versionedKey(Id, version));
    state.tags.delete(Arn);
    return {};
  },
});

function isBetween(members: object, max: number): boolean {
  const { length } = Object.keys(members);
  return length >= 1 && length <= max;
}

function summarize({ Id, Name, VersionNumber, Arn, Description }: Extension) {
  return { Id, Name, VersionNumber, Arn, Description };
}

/** Functions everywhere, the default event bus where nothing is answered (guide, "Create a custom extension"). */
function assertReachable(points: Actions): void {
  for (const [point, [action]] of Object.entries(points)) {
    if (!action || functionArnPattern.test(action.Uri)) continue;
    if (!defaultBusPattern.test(action.Uri))
      throw notHere(
        `actions with the Uri '${action.Uri}' (action ${action.Name}), only Lambda functions and the default event bus`,
      );
    if (!point.startsWith('ON_'))
      throw badRequest(`Action ${action.Name}: EventBridge cannot answer, so ${point} cannot call it`);
  }
}

function wrongVersion(extension: string, highest: number, given: number | undefined) {
  const wanted = `its LatestVersionNumber is ${highest}, got ${given ?? 'none'}`;
  return conflict(`Extension ${extension} already has ${highest} version(s): ${wanted}`);
}

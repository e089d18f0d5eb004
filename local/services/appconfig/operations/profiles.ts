/** Configuration profiles: Freeform in the hosted store, with Lambda validators. */
import * as z from 'zod';
import { defineOperation } from '../../../kernel/operations.js';
import { profileArn } from '../arns.js';
import type { AppConfig } from '../context.js';
import { badRequest, notHere, quotaExceeded } from '../errors.js';
import { functionArnPattern } from '../lambda/invoke.js';
import { profilesPerApplication, validatorsPerProfile } from '../limits.js';
import { getApplication, getProfile, versionsOf } from '../lookups.js';
import { type Profile, shapeOf, type Validator } from '../state/records.js';
import { nextId, nextOrdinal } from '../state/state.js';
import { merge } from './applications.js';
import {
  description,
  identifier,
  inApplication,
  inProfile,
  longName,
  page,
  paging,
  roleArn,
  tagValues,
} from './members.js';
import { assertUnprotected, protectionCheck } from './settings.js';
import { tagOnCreate } from './tags.js';

const freeform = 'AWS.Freeform';
const profileType = z.string().regex(/^[a-zA-Z0-9.-]+$/);

const validators = z
  .array(z.strictObject({ Type: z.enum(['JSON_SCHEMA', 'LAMBDA']), Content: z.string().max(32_768) }))
  .max(validatorsPerProfile)
  .optional();

const changeable = {
  Description: description,
  RetrievalRoleArn: roleArn.optional(),
  Validators: validators,
  KmsKeyIdentifier: z.string().max(2048).optional(),
};

export const createConfigurationProfile = defineOperation({
  input: z.strictObject({
    ...inApplication,
    ...changeable,
    Name: longName,
    LocationUri: identifier,
    Type: profileType.default(freeform),
    Tags: tagValues.optional(),
  }),
  run(app: AppConfig, { Tags, KmsKeyIdentifier, Validators, ...about }) {
    const { state, clock, identity } = app;
    assertRoom(app, getApplication(state, about.ApplicationId).Id);
    assertSupported({ ...about, KmsKeyIdentifier });
    const Id = nextId(state);
    const profile: Profile = {
      ordinal: nextOrdinal(state),
      createdAtMs: clock.now(),
      lastVersionNumber: 0,
      Id,
      ...about,
      Validators: readValidators(Validators),
    };
    state.profiles.set(Id, profile);
    tagOnCreate(app, profileArn(identity, about.ApplicationId, Id), Tags);
    return shapeOf(profile);
  },
});

export const getConfigurationProfile = defineOperation({
  input: z.strictObject(inProfile),
  run: ({ state }: AppConfig, input) => shapeOf(getProfile(state, input)),
});

export const listConfigurationProfiles = defineOperation({
  input: z.strictObject({ ...inApplication, ...paging, Type: profileType.optional() }),
  run({ state }: AppConfig, { ApplicationId, Type, ...request }) {
    const { Id } = getApplication(state, ApplicationId);
    const items = profilesOf(state.profiles.values(), Id).filter(
      (profile) => Type === undefined || profile.Type === Type,
    );
    return page({ items, position: (profile) => profile.ordinal, view: summarize }, request);
  },
});

export const updateConfigurationProfile = defineOperation({
  input: z.strictObject({ ...inProfile, ...changeable, Name: longName.optional() }),
  run(
    { state }: AppConfig,
    { ApplicationId, ConfigurationProfileId, KmsKeyIdentifier, Validators, ...changes },
  ) {
    const profile = getProfile(state, { ApplicationId, ConfigurationProfileId });
    assertSupported({ ...profile, KmsKeyIdentifier });
    const updated: Profile = merge(profile, { ...changes, Validators: readValidators(Validators) });
    state.profiles.set(updated.Id, updated);
    return shapeOf(updated);
  },
});

export const deleteConfigurationProfile = defineOperation({
  input: z.strictObject({ ...inProfile, DeletionProtectionCheck: protectionCheck }),
  run(app: AppConfig, input) {
    const { state, identity } = app;
    const profile = getProfile(state, input);
    if (versionsOf(state, profile).length > 0)
      throw badRequest(
        `Cannot delete configuration profile ${profile.Id} because there are still hosted configuration versions existing under it.`,
      );
    assertUnprotected(app, profile, input.DeletionProtectionCheck);
    state.tags.delete(profileArn(identity, profile.ApplicationId, profile.Id));
    state.versions.delete(profile.Id);
    state.accesses.delete(profile.Id);
    state.profiles.delete(profile.Id);
    return {};
  },
});

function profilesOf(all: Iterable<Profile>, applicationId: string): Profile[] {
  return [...all].filter((profile) => profile.ApplicationId === applicationId);
}

function summarize({ ApplicationId, Id, Name, LocationUri, Validators = [], Type }: Profile) {
  return { ApplicationId, Id, Name, LocationUri, ValidatorTypes: Validators.map((one) => one.Type), Type };
}

function assertRoom({ state }: AppConfig, applicationId: string): void {
  if (profilesOf(state.profiles.values(), applicationId).length < profilesPerApplication) return;
  throw quotaExceeded(`An application has at most ${profilesPerApplication} configuration profiles`);
}

/** An empty key identifier takes the key away (model), and no profile here has one. */
function assertSupported(about: {
  Type: string;
  LocationUri: string;
  KmsKeyIdentifier: string | undefined;
}): void {
  if (about.Type !== freeform) throw notHere(`profiles of type ${about.Type}, only ${freeform}`);
  if (about.LocationUri !== 'hosted')
    throw notHere(`configurations stored at ${about.LocationUri}, only LocationUri 'hosted'`);
  if (about.KmsKeyIdentifier)
    throw notHere('encryption with a customer key (KmsKeyIdentifier): there is no KMS');
}

function readValidators(given: z.infer<typeof validators>): Validator[] | undefined {
  return given?.map(({ Type, Content }) => {
    if (Type === 'JSON_SCHEMA')
      throw notHere('JSON_SCHEMA validators; a LAMBDA validator can hold the same schema');
    if (!functionArnPattern.test(Content))
      throw badRequest(`Validators: expected the ARN of a Lambda function, got '${Content}'`);
    return { Type, Content };
  });
}

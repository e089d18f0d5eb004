/** CreateHostedConfigurationVersion: stored as sent, unless an extension changes or refuses it. Never validated here. */
import * as z from 'zod';
import { defineOperation } from '../../../../kernel/operations.js';
import type { AppConfig } from '../../context.js';
import { conflict, payloadTooLarge, quotaExceeded } from '../../errors.js';
import { appliedAt, scopesOf } from '../../extensions/applied.js';
import { type Content, preCreatePayload } from '../../extensions/payloads.js';
import { runPreActions } from '../../extensions/pre-actions.js';
import { hostedContentKilobytes } from '../../limits.js';
import { getProfile, versionsOf } from '../../lookups.js';
import type { HostedVersion, Profile } from '../../state/records.js';
import { contentOf, keepContent } from '../../state/state.js';
import { inProfile, versionNumber } from '../members.js';
import { answerOf } from './answer.js';

/** At least one character that is no digit, so that label and number never collide (model). */
const label = z
  .string()
  .min(1)
  .max(64)
  .regex(/[^0-9]/, 'expected a label with at least one character that is not a digit');

const input = z.strictObject({
  ...inProfile,
  Content: z.instanceof(Uint8Array),
  ContentType: z.string().min(1).max(255),
  Description: z
    .string()
    .max(1024)
    .regex(/^[\x20-\x7e]*$/, 'expected ASCII: it travels in a header')
    .optional(),
  LatestVersionNumber: versionNumber.optional(),
  VersionLabel: label.optional(),
});

type Request = z.output<typeof input>;

/**
 * Answers with what was stored. Refuses: a wrong `LatestVersionNumber` and a label that the profile already has
 * (ConflictException), more than the limit (PayloadTooLargeException), more than the whole store holds
 * (ServiceQuotaExceededException), what an extension refuses (BadRequestException).
 * Lock and label are looked at again after the extensions have run, since other calls may have come in between.
 */
export const createHostedConfigurationVersion = defineOperation({
  input,
  async run(app: AppConfig, request) {
    assertFree(app, request);
    assertSize(request.Content);
    const bytes = await runExtensions(app, request);
    assertFree(app, request);
    assertSize(bytes);
    assertRoom(app, bytes);
    return answerOf(app, store(app, request, bytes));
  },
});

function assertFree({ state }: AppConfig, request: Request): void {
  const profile = getProfile(state, request);
  const versions = versionsOf(state, profile);
  const newest = versions.at(-1)?.VersionNumber ?? 0;
  if (request.LatestVersionNumber !== undefined && request.LatestVersionNumber !== newest)
    throw conflict(
      `LatestVersionNumber ${request.LatestVersionNumber} is not the newest version of profile ${profile.Id}, which is ${newest}`,
    );
  const owner = versions.find((version) => version.VersionLabel === request.VersionLabel);
  if (request.VersionLabel !== undefined && owner)
    throw conflict(
      `VersionLabel ${request.VersionLabel} is taken by version ${owner.VersionNumber} of ${profile.Id}`,
    );
}

function assertSize(bytes: Uint8Array): void {
  if (bytes.length > hostedContentKilobytes * 1024)
    throw payloadTooLarge(bytes.length, hostedContentKilobytes);
}

/** Every version counts in full, also one whose bytes another has. */
function assertRoom({ state, hostedStoreBytes }: AppConfig, bytes: Uint8Array): void {
  let usedBytes = bytes.length;
  for (const versions of state.versions.values())
    for (const { contentHash } of versions) usedBytes += contentOf(state, contentHash).length;
  if (usedBytes > hostedStoreBytes)
    throw quotaExceeded(
      `The hosted configuration store of an account and region holds ${hostedStoreBytes} bytes`,
    );
}

function runExtensions(app: AppConfig, request: Request): Promise<Uint8Array> {
  const { state } = app;
  const profile = getProfile(state, request);
  const application = state.applications.get(profile.ApplicationId) ?? {
    Id: profile.ApplicationId,
    Name: '',
  };
  const place = { applicationId: profile.ApplicationId, profileId: profile.Id };
  const ContentVersion = String(profile.lastVersionNumber + 1);
  const about = {
    application,
    profile,
    description: request.Description,
    previous: previousContent(app, profile),
  };
  return runPreActions(app, {
    point: 'PRE_CREATE_HOSTED_CONFIGURATION_VERSION',
    applied: appliedAt(app, place),
    bytes: request.Content,
    sourceArns: scopesOf(app, place),
    payload: (invocation, bytes) =>
      preCreatePayload(invocation, { ContentType: request.ContentType, ContentVersion, bytes }, about),
  });
}

function previousContent({ state }: AppConfig, profile: Profile): Content | undefined {
  const previous = versionsOf(state, profile).at(-1);
  if (!previous) return undefined;
  return {
    ContentType: previous.ContentType,
    ContentVersion: String(previous.VersionNumber),
    bytes: contentOf(state, previous.contentHash),
  };
}

function store({ state }: AppConfig, request: Request, bytes: Uint8Array): HostedVersion {
  const profile = getProfile(state, request);
  const VersionNumber = profile.lastVersionNumber + 1;
  const { Content: _, LatestVersionNumber: __, ApplicationId, ConfigurationProfileId, ...about } = request;
  const version: HostedVersion = {
    ApplicationId,
    ConfigurationProfileId,
    VersionNumber,
    ...about,
    contentHash: keepContent(state, bytes),
  };
  state.versions.set(profile.Id, [...versionsOf(state, profile), version]);
  state.profiles.set(profile.Id, { ...profile, lastVersionNumber: VersionNumber });
  return version;
}

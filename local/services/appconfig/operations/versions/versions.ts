/** Reading, listing, deleting and validating hosted versions. They are immutable. */
import * as z from 'zod';
import { defineOperation } from '../../../../kernel/operations.js';
import type { AppConfig } from '../../context.js';
import { validate } from '../../lambda/validators.js';
import { getProfile, getVersion, resolveVersion, versionsOf } from '../../lookups.js';
import { type HostedVersion, shapeOf } from '../../state/records.js';
import { contentOf } from '../../state/state.js';
import { inProfile, page, paging, versionNumber } from '../members.js';
import { answerOf } from './answer.js';

const inVersion = { ...inProfile, VersionNumber: versionNumber };

export const getHostedConfigurationVersion = defineOperation({
  input: z.strictObject(inVersion),
  run: (app: AppConfig, input) => answerOf(app, getVersion(app.state, input)),
});

/** Newest first. `VersionLabel` is matched whole, or as a prefix when it ends in `*`. */
export const listHostedConfigurationVersions = defineOperation({
  input: z.strictObject({ ...inProfile, ...paging, VersionLabel: z.string().min(1).max(64).optional() }),
  run({ state }: AppConfig, { VersionLabel, ...input }) {
    const versions = versionsOf(state, getProfile(state, input));
    const items = versions.filter((version) => hasLabel(version, VersionLabel)).reverse();
    return page(
      { items, order: 'falling', position: (version) => version.VersionNumber, view: shapeOf },
      input,
    );
  },
});

/** Deployments keep their own copy, so a deployed version may go; its number is not given again. */
export const deleteHostedConfigurationVersion = defineOperation({
  input: z.strictObject(inVersion),
  run({ state }: AppConfig, input) {
    const { ConfigurationProfileId, VersionNumber } = getVersion(state, input);
    const others = (state.versions.get(ConfigurationProfileId) ?? []).filter(
      (version) => version.VersionNumber !== VersionNumber,
    );
    state.versions.set(ConfigurationProfileId, others);
    return {};
  },
});

/** `ConfigurationVersion` is a number or a label. */
export const validateConfiguration = defineOperation({
  input: z.strictObject({ ...inProfile, ConfigurationVersion: z.string().min(1).max(1024) }),
  async run(app: AppConfig, input) {
    const profile = getProfile(app.state, input);
    const { contentHash, VersionNumber } = resolveVersion(app.state, profile, input.ConfigurationVersion);
    const bytes = contentOf(app.state, contentHash);
    await validate(app, { profile, version: String(VersionNumber), bytes });
    return {};
  },
});

function hasLabel({ VersionLabel }: HostedVersion, filter: string | undefined): boolean {
  if (filter === undefined) return true;
  return filter.endsWith('*')
    ? VersionLabel?.startsWith(filter.slice(0, -1)) === true
    : VersionLabel === filter;
}

/** StartConfigurationSession: takes names or ids, and gives the first token. */
import * as z from 'zod';
import { defineOperation } from '../../../kernel/operations.js';
import type { AppConfig } from '../context.js';
import { badRequest, type DataResource, dataNotFound } from '../errors.js';
import { pollIntervalSeconds, tokenLifeMs } from '../limits.js';
import { integer } from '../operations/members.js';
import type { Session } from '../state/deployments.js';
import { nextId } from '../state/state.js';
import { sealToken } from './tokens.js';

const identifier = z.string().min(1).max(128);

export const startConfigurationSession = defineOperation({
  input: z.strictObject({
    ApplicationIdentifier: identifier,
    EnvironmentIdentifier: identifier,
    ConfigurationProfileIdentifier: identifier,
    RequiredMinimumPollIntervalInSeconds: integer(pollIntervalSeconds).optional(),
  }),
  run(app: AppConfig, input) {
    const place = resolve(app, input);
    const nowMs = app.clock.now();
    forgetOldSessions(app, nowMs);
    const session: Session = {
      id: nextId(app.state),
      ...place,
      requiredIntervalSeconds: input.RequiredMinimumPollIntervalInSeconds,
      sequence: 0,
      tokenIssuedAtMs: nowMs,
    };
    app.state.sessions.set(session.id, session);
    const claims = { session: session.id, sequence: 0, issuedAtMs: nowMs };
    return { InitialConfigurationToken: sealToken(claims, app.state.seed) };
  },
});

interface Identifiers {
  readonly ApplicationIdentifier: string;
  readonly EnvironmentIdentifier: string;
  readonly ConfigurationProfileIdentifier: string;
}

function resolve({ state }: AppConfig, input: Identifiers) {
  const application = findOne([...state.applications.values()], {
    resource: 'Application',
    parameter: 'ApplicationIdentifier',
    identifier: input.ApplicationIdentifier,
  });
  const isInside = (record: { ApplicationId: string }) => record.ApplicationId === application.Id;
  const environment = findOne([...state.environments.values()].filter(isInside), {
    resource: 'Environment',
    parameter: 'EnvironmentIdentifier',
    identifier: input.EnvironmentIdentifier,
  });
  const profile = findOne([...state.profiles.values()].filter(isInside), {
    resource: 'ConfigurationProfile',
    parameter: 'ConfigurationProfileIdentifier',
    identifier: input.ConfigurationProfileIdentifier,
  });
  return { applicationId: application.Id, environmentId: environment.Id, profileId: profile.Id };
}

interface Reference {
  readonly resource: DataResource;
  readonly parameter: keyof Identifiers;
  readonly identifier: string;
}

/** An id goes before a name; a name that two resources share is refused, since AWS's choice is not known. */
function findOne<T extends { Id: string; Name: string }>(records: readonly T[], reference: Reference): T {
  const { resource, parameter, identifier: wanted } = reference;
  const byId = records.find((record) => record.Id === wanted);
  const named = byId ? [byId] : records.filter((record) => record.Name === wanted);
  const [found, another] = named;
  if (!found)
    throw dataNotFound(resource, { [parameter]: wanted }, `${resource} ${wanted} could not be found`);
  if (another)
    throw badRequest(`${parameter} '${wanted}' names ${found.Id} and ${another.Id}: use one of these ids`);
  return found;
}

/** Sessions whose last token has expired; they are at the front, since every poll puts its session at the end. */
function forgetOldSessions({ state }: AppConfig, nowMs: number): void {
  for (const session of state.sessions.values()) {
    if (nowMs - session.tokenIssuedAtMs < tokenLifeMs) return;
    state.sessions.delete(session.id);
  }
}

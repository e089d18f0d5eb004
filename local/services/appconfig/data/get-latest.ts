/** GetLatestConfiguration: the configuration if the session does not have it yet, and always the next token. */
import * as z from 'zod';
import type { AwsError, Json } from '../../../kernel/aws.js';
import { defineOperation } from '../../../kernel/operations.js';
import type { AppConfig } from '../context.js';
import { bucketOf } from '../deployments/buckets.js';
import { dataNotFound, tokenRefused } from '../errors.js';
import { deploymentsOf } from '../lookups.js';
import type { DeployedData, Session } from '../state/deployments.js';
import { contentOf } from '../state/state.js';
import { type Delivery, deliveryFor } from './delivery.js';
import { admit } from './polls.js';
import { openToken, sealToken } from './tokens.js';

/** A refused poll does not spend its token. */
export const getLatestConfiguration = defineOperation({
  input: z.strictObject({ ConfigurationToken: z.string().min(1) }),
  run(app: AppConfig, { ConfigurationToken }) {
    const session = openSession(app, ConfigurationToken);
    assertExists(app, session);
    const delivery = deliver(app, session);
    if (delivery.kind === 'none') throw nothingDeployed(session, delivery.everDeployed);
    const data = delivery.kind === 'data' ? delivery.data : undefined;
    const news = data && data.revision !== session.delivered ? data : undefined;
    return { ...settle(app, session, news), ...body(app, news) };
  },
});

function openSession(app: AppConfig, token: string): Session {
  const claims = openToken(token, app.state.seed);
  if (!claims) throw tokenRefused('Corrupted', 'The configuration token could not be understood');
  const admission = admit(claims, app.state.sessions.get(claims.session), app.clock.now());
  if (admission.kind === 'admitted') return admission.session;
  throw tokenRefused(admission.problem, `The configuration token is refused: ${admission.reason}`);
}

/** The session's resources may have been deleted under it. */
function assertExists({ state }: AppConfig, session: Session): void {
  if (!state.environments.has(session.environmentId)) throw gone('Environment', session.environmentId);
  if (!state.profiles.has(session.profileId)) throw gone('ConfigurationProfile', session.profileId);
}

function gone(resource: 'ConfigurationProfile' | 'Environment', id: string): AwsError {
  return dataNotFound(
    resource,
    { [`${resource}Identifier`]: id },
    `${resource} ${id} does not exist any more`,
  );
}

function deliver({ state }: AppConfig, session: Session): Delivery {
  return deliveryFor(deploymentsOf(state, session.environmentId), session.profileId, (deployment) =>
    bucketOf(state.seed, `${deployment.EnvironmentId}/${deployment.DeploymentNumber}`, session.id),
  );
}

function nothingDeployed(session: Session, everDeployed: boolean): AwsError {
  const referencedBy = {
    ApplicationIdentifier: session.applicationId,
    EnvironmentIdentifier: session.environmentId,
    ConfigurationProfileIdentifier: session.profileId,
  };
  const where = `profile ${session.profileId} in environment ${session.environmentId}`;
  return everDeployed
    ? dataNotFound('Configuration', referencedBy, `No deployment of ${where} is in force`)
    : dataNotFound('Deployment', referencedBy, `There is no deployment of ${where}`);
}

/** Moves the session on, and gives the members every answer has. */
function settle(app: AppConfig, session: Session, news: DeployedData | undefined): Json {
  const nowMs = app.clock.now();
  const { state } = app;
  const sequence = session.sequence + 1;
  const delivered = news?.revision ?? session.delivered;
  state.sessions.delete(session.id);
  state.sessions.set(session.id, {
    ...session,
    sequence,
    lastPollAtMs: nowMs,
    tokenIssuedAtMs: nowMs,
    delivered,
  });
  state.accesses.set(session.environmentId, nowMs);
  state.accesses.set(session.profileId, nowMs);
  return {
    NextPollConfigurationToken: sealToken({ session: session.id, sequence, issuedAtMs: nowMs }, state.seed),
    NextPollIntervalInSeconds: Math.max(
      app.suggestedPollIntervalSeconds,
      session.requiredIntervalSeconds ?? 0,
    ),
  };
}

function body({ state }: AppConfig, news: DeployedData | undefined): Json {
  if (!news) return { Configuration: new Uint8Array(), ContentType: 'application/octet-stream' };
  return {
    Configuration: contentOf(state, news.contentHash),
    ContentType: news.contentType,
    ...(news.versionLabel && { VersionLabel: news.versionLabel }),
  };
}

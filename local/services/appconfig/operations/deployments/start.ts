/** StartDeployment: checks, extensions, validators, and then a record that the control loop moves on. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { defineOperation } from '../../../../kernel/operations.js';
import { deploymentArn } from '../../arns.js';
import type { AppConfig } from '../../context.js';
import { commit } from '../../deployments/commit.js';
import { isOpen, startRollout } from '../../deployments/machine.js';
import { scheduleOf } from '../../deployments/schedule.js';
import { hasTicks } from '../../deployments/ticks.js';
import { conflict, notHere } from '../../errors.js';
import { appliedAt, scopesOf } from '../../extensions/applied.js';
import { preStartPayload } from '../../extensions/payloads.js';
import { runPreActions } from '../../extensions/pre-actions.js';
import { validate } from '../../lambda/validators.js';
import { dynamicParametersPerDeployment } from '../../limits.js';
import {
  deploymentsOf,
  getApplication,
  getEnvironment,
  getProfile,
  getStrategy,
  resolveVersion,
} from '../../lookups.js';
import type { AppliedExtension, DeployedData, Deployment } from '../../state/deployments.js';
import type { Application, Environment, HostedVersion, Profile, Strategy } from '../../state/records.js';
import { contentOf, keepContent } from '../../state/state.js';
import { description, inEnvironment, longName, name, tagValues, versionNumber } from '../members.js';
import { tagOnCreate } from '../tags.js';
import { describeDeployment } from './view.js';

const dynamicParameters = z
  .record(z.string().regex(/^[^#\n]{1,96}#[^/#\n]{1,64}$/), z.string().min(1).max(2048))
  .refine((all) => Object.keys(all).length <= dynamicParametersPerDeployment, 'at most 10 parameters');

const input = z.strictObject({
  ...inEnvironment,
  DeploymentStrategyId: name,
  ConfigurationProfileId: longName,
  ConfigurationVersion: z.string().min(1).max(1024),
  Description: description,
  Tags: tagValues.optional(),
  KmsKeyIdentifier: z.string().optional(),
  DynamicExtensionParameters: dynamicParameters.optional(),
  LatestDeploymentNumber: versionNumber.optional(),
});

type Request = z.output<typeof input>;

/**
 * Answers at once, with the deployment in state DEPLOYING. Throws ConflictException when another deployment is under way
 * in the environment or `LatestDeploymentNumber` is not the newest, BadRequestException when an extension or a validator
 * refuses; then no record is left behind.
 */
export const startDeployment = defineOperation({
  input,
  async run(app: AppConfig, request) {
    if (request.KmsKeyIdentifier)
      throw notHere('encryption with a customer key (KmsKeyIdentifier): there is no KMS');
    const plan = makePlan(app, request);
    const bytes = await prepareContent(app, plan);
    assertNumberFree(app, plan);
    const deployment = makeDeployment(app, plan, bytes);
    const started = commit(app, deployment, deployment.rollout);
    tagOnCreate(app, deploymentArn(app.identity, deployment), request.Tags);
    app.loop.wake();
    return describeDeployment(started);
  },
});

/** Everything a deployment is made of, found before anything happens. */
interface Plan {
  readonly request: Request;
  readonly application: Application;
  readonly environment: Environment;
  readonly profile: Profile;
  readonly strategy: Strategy;
  readonly version: HostedVersion;
  readonly applied: readonly AppliedExtension[];
  readonly number: number;
}

function makePlan(app: AppConfig, request: Request): Plan {
  const { state } = app;
  const application = getApplication(state, request.ApplicationId);
  const environment = getEnvironment(state, request);
  const profile = getProfile(state, request);
  const strategy = getStrategy(state, request.DeploymentStrategyId);
  const deployments = deploymentsOf(state, environment.Id);
  assertFree(deployments, environment, request.LatestDeploymentNumber);
  const version = resolveVersion(state, profile, request.ConfigurationVersion);
  const place = { applicationId: application.Id, environmentId: environment.Id, profileId: profile.Id };
  const applied = appliedAt(app, place, request.DynamicExtensionParameters);
  const number = deployments.length + 1;
  return { request, application, environment, profile, strategy, version, applied, number };
}

function assertFree(
  deployments: readonly Deployment[],
  environment: Environment,
  latest: number | undefined,
): void {
  const running = deployments.find((deployment) => isOpen(deployment.rollout));
  if (running)
    throw conflict(
      `Deployment ${running.DeploymentNumber} is under way in environment ${environment.Id} (${running.rollout.state}); an environment takes one deployment at a time`,
    );
  if (latest !== undefined && latest !== deployments.length)
    throw conflict(
      `LatestDeploymentNumber ${latest} is not the newest deployment, which is ${deployments.length}`,
    );
}

/** Another start may have taken the number while functions were asked; AWS's own words for it. */
function assertNumberFree(app: AppConfig, { request, number }: Plan): void {
  const environment = getEnvironment(app.state, request);
  if (deploymentsOf(app.state, environment.Id).length >= number)
    throw conflict(`Deployment number ${number} already exists`);
}

/** The content after PRE_START actions, as the validators let it pass. */
async function prepareContent(app: AppConfig, plan: Plan): Promise<Uint8Array> {
  const { application, environment, profile, version, request } = plan;
  const ContentVersion = String(version.VersionNumber);
  const about = {
    application,
    environment,
    profile,
    deploymentNumber: plan.number,
    description: request.Description,
  };
  const bytes = await runPreActions(app, {
    point: 'PRE_START_DEPLOYMENT',
    applied: plan.applied,
    bytes: contentOf(app.state, version.contentHash),
    sourceArns: scopesOf(app, {
      applicationId: application.Id,
      environmentId: environment.Id,
      profileId: profile.Id,
    }),
    payload: (invocation, content) =>
      preStartPayload(
        invocation,
        { ContentType: version.ContentType, ContentVersion, bytes: content },
        about,
      ),
  });
  await validate(app, { profile, version: ContentVersion, bytes });
  return bytes;
}

function makeDeployment(app: AppConfig, plan: Plan, bytes: Uint8Array): Deployment {
  const { application, environment, profile, strategy, version, request } = plan;
  const nowMs = app.clock.now();
  return {
    rollout: { ...startRollout(scheduleFor(app, strategy), bakeMsOf(app, strategy), nowMs) },
    data: deployedData(version, keepContent(app.state, bytes)),
    applied: [...plan.applied],
    ...(hasTicks(plan.applied) && { tickDueAtMs: nowMs }),
    ApplicationId: application.Id,
    EnvironmentId: environment.Id,
    DeploymentStrategyId: strategy.Id,
    ConfigurationProfileId: profile.Id,
    DeploymentNumber: plan.number,
    ConfigurationName: profile.Name,
    ConfigurationLocationUri: profile.LocationUri,
    ConfigurationVersion: String(version.VersionNumber),
    VersionLabel: version.VersionLabel,
    Description: request.Description,
    DeploymentDurationInMinutes: strategy.DeploymentDurationInMinutes,
    GrowthType: strategy.GrowthType,
    GrowthFactor: strategy.GrowthFactor,
    FinalBakeTimeInMinutes: strategy.FinalBakeTimeInMinutes,
  };
}

function scheduleFor({ speed, schedule }: AppConfig, strategy: Strategy) {
  const durationMs = (strategy.DeploymentDurationInMinutes * 60_000) / speed;
  const growth = { type: strategy.GrowthType, factorPercent: strategy.GrowthFactor, durationMs };
  return scheduleOf(growth, schedule);
}

function bakeMsOf({ speed }: AppConfig, strategy: Strategy): number {
  return (strategy.FinalBakeTimeInMinutes * 60_000) / speed;
}

/** Deploying the same version with the same content again delivers nothing new to a session that has it. */
function deployedData(version: HostedVersion, contentHash: string): DeployedData {
  const { ContentType, VersionLabel, VersionNumber } = version;
  const identity = JSON.stringify([VersionNumber, VersionLabel, ContentType, contentHash]);
  return {
    contentHash,
    contentType: ContentType,
    versionLabel: VersionLabel,
    revision: createHash('sha256').update(identity).digest('hex'),
  };
}

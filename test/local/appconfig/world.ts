/** AppConfig on a port of its own, with the real SDK clients, a manual clock and a scripted Lambda. */
import {
  AppConfig as ControlClient,
  type CreateConfigurationProfileCommandInput,
  type CreateDeploymentStrategyCommandInput,
} from '@aws-sdk/client-appconfig';
import { AppConfigData } from '@aws-sdk/client-appconfigdata';
import { expect, onTestFinished } from 'vitest';
import { startGateway } from '../../../local/gateway/gateway.js';
import { type Json, localIdentity, type Service } from '../../../local/kernel/aws.js';
import { ManualClock } from '../../../local/kernel/clock.js';
import {
  type AppConfigOptions,
  type AppConfigServices,
  createAppConfig,
} from '../../../local/services/appconfig/service.js';
import { createEvents } from '../../../local/services/events/service.js';
import { inProcess } from '../lambda/world.js';
import { type ScriptedLambda, scriptedLambda } from './scripted-lambda.js';

const startMs = Date.UTC(2026, 0, 1);
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

export interface World {
  readonly clock: ManualClock;
  readonly lambda: ScriptedLambda;
  readonly services: AppConfigServices;
  readonly events: Service;
  readonly control: ControlClient;
  readonly data: AppConfigData;
  readonly endpoint: string;
  readonly notices: string[];
  /** For a test that wants nobody to answer; it ends with its test in any case. */
  close(): Promise<void>;
}

export type WorldOptions = Partial<Omit<AppConfigOptions, 'aws' | 'identity'>> & {
  readonly clock?: ManualClock;
};

/** It ends with the test that started it. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const clock = options.clock ?? new ManualClock(startMs);
  const lambda = scriptedLambda();
  const notices: string[] = [];
  const others = new Map([['lambda', lambda.service]]);
  const aws = inProcess(others);
  const events = createEvents({ aws, clock, identity: localIdentity });
  others.set('events', events);
  const services = createAppConfig({
    seed: 'test',
    onNotice: (text) => notices.push(text),
    ...options,
    clock,
    aws,
    identity: localIdentity,
  });
  const both: [string, Service][] = [
    ['appconfig', services.control],
    ['appconfigdata', services.data],
  ];
  const gateway = await startGateway({ port: 0, services: new Map(both), control: {} });
  gateway.open();
  const settings = {
    endpoint: gateway.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  const control = new ControlClient(settings);
  const data = new AppConfigData(settings);
  let closed: Promise<void> | undefined;
  const end = async () => {
    control.destroy();
    data.destroy();
    await services.control.close();
    await services.data.close();
    await events.close();
    await gateway.close();
  };
  const close = () => {
    closed ??= end();
    return closed;
  };
  onTestFinished(close);
  const { endpoint } = gateway;
  return { clock, lambda, services, events, control, data, notices, endpoint, close };
}

/** An application with one environment and one profile; ids as every operation takes them. */
export interface Place {
  readonly ApplicationId: string;
  readonly EnvironmentId: string;
  readonly ConfigurationProfileId: string;
}

export async function createPlace(
  world: World,
  profile: Partial<CreateConfigurationProfileCommandInput> = {},
): Promise<Place> {
  const { control } = world;
  const application = await control.createApplication({ Name: 'hunt' });
  const ApplicationId = text(application.Id);
  const environment = await control.createEnvironment({ ApplicationId, Name: 'staging' });
  const ConfigurationProfileId = await addProfile(world, { ApplicationId, Name: 'gameplay', ...profile });
  return { ApplicationId, EnvironmentId: text(environment.Id), ConfigurationProfileId };
}

export async function addProfile(
  { control }: World,
  profile: Partial<CreateConfigurationProfileCommandInput>,
): Promise<string> {
  const created = await control.createConfigurationProfile({
    ApplicationId: undefined,
    Name: 'another',
    LocationUri: 'hosted',
    ...profile,
  });
  return text(created.Id);
}

export interface NewVersion {
  readonly content: string;
  readonly label?: string;
  readonly contentType?: string;
}

/** Stores `content` and returns its version number, as StartDeployment takes it. */
export async function addVersion(
  { control }: World,
  { ApplicationId, ConfigurationProfileId }: Place,
  version: NewVersion,
): Promise<string> {
  const created = await control.createHostedConfigurationVersion({
    ApplicationId,
    ConfigurationProfileId,
    Content: Buffer.from(version.content),
    ContentType: version.contentType ?? 'application/json',
    ...(version.label && { VersionLabel: version.label }),
  });
  return String(created.VersionNumber);
}

export interface Start {
  readonly version: string;
  readonly strategy?: string;
}

/** Starts a deployment and returns its number. Default strategy: all at once. */
export async function start({ control }: World, place: Place, { version, strategy }: Start): Promise<number> {
  const started = await control.startDeployment({
    ...place,
    ConfigurationVersion: version,
    DeploymentStrategyId: strategy ?? 'AppConfig.AllAtOnce',
  });
  return started.DeploymentNumber ?? 0;
}

/** Deploys a version to the end, bake included, all at once. */
export async function deploy(world: World, place: Place, version: string): Promise<number> {
  const number = await start(world, place, { version });
  await world.clock.advance(10 * minuteMs);
  expect(await stateOf(world, place, number)).toBe('COMPLETE');
  return number;
}

export async function stateOf({ control }: World, place: Place, number: number): Promise<string | undefined> {
  return (await control.getDeployment({ ...place, DeploymentNumber: number })).State;
}

/** Event types of a deployment, oldest first. */
export async function eventsOf({ control }: World, place: Place, number: number): Promise<string[]> {
  const { EventLog = [] } = await control.getDeployment({ ...place, DeploymentNumber: number });
  return EventLog.map((event) => event.EventType ?? '').reverse();
}

export async function createStrategy(
  { control }: World,
  strategy: Partial<CreateDeploymentStrategyCommandInput>,
): Promise<string> {
  const created = await control.createDeploymentStrategy({
    Name: 'test',
    DeploymentDurationInMinutes: 15,
    GrowthFactor: 25,
    FinalBakeTimeInMinutes: 0,
    ...strategy,
  });
  return text(created.Id);
}

/** One polling client. */
export interface Poller {
  /** What one poll gives; an empty string when nothing changed. */
  poll(): Promise<string>;
  token: string;
}

export async function startPoller({ data }: World, place: Place): Promise<Poller> {
  const session = await data.startConfigurationSession({
    ApplicationIdentifier: place.ApplicationId,
    EnvironmentIdentifier: place.EnvironmentId,
    ConfigurationProfileIdentifier: place.ConfigurationProfileId,
  });
  const poller: Poller = {
    token: text(session.InitialConfigurationToken),
    async poll() {
      const answer = await data.getLatestConfiguration({ ConfigurationToken: poller.token });
      poller.token = text(answer.NextPollConfigurationToken);
      return answer.Configuration?.transformToString() ?? '';
    },
  };
  return poller;
}

export function text(value: string | undefined): string {
  if (value === undefined) throw new Error('expected a string, got undefined');
  return value;
}

/** What a call was refused with. */
export interface Refusal {
  readonly name: string;
  readonly status: number | undefined;
  readonly message: string;
  /** Members of the error, as the SDK parsed them. */
  readonly members: Json;
}

/** The error of a call that has to fail. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error('expected the call to be refused, but it was answered');
  const members = { ...outcome } as Json & { $metadata?: { httpStatusCode?: number } };
  const { name, message } = outcome;
  return { name, message, status: members.$metadata?.httpStatusCode, members };
}

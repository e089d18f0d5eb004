/** Functions from source text in a local AWS, and a rollout that one of them guards. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LocalAws } from '../../../local/index.js';
import type { Json } from '../../../local/kernel/aws.js';

export const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

/** Makes a function that AppConfig and EventBridge may invoke; its folder goes when the test ends. */
export async function createFunction(
  { call }: LocalAws,
  name: string,
  { source, settings = {} }: { readonly source: string; readonly settings?: Json },
): Promise<void> {
  const LocalDirectory = await mkdtemp(join(tmpdir(), 'local-aws-'));
  onTestFinished(() => rm(LocalDirectory, { recursive: true }));
  await writeFile(join(LocalDirectory, 'index.mjs'), source);
  await call('lambda', 'CreateFunction', {
    FunctionName: name,
    Runtime: 'nodejs20.x',
    Role: 'arn:aws:iam::000000000000:role/any',
    Handler: 'index.handler',
    Code: { LocalDirectory },
    ...settings,
  });
  for (const service of ['appconfig', 'events'])
    await call('lambda', 'AddPermission', {
      FunctionName: name,
      StatementId: service,
      Action: 'lambda:InvokeFunction',
      Principal: `${service}.amazonaws.com`,
    });
}

export interface Rollout {
  readonly State: string;
  readonly EventLog: readonly { readonly EventType: string; readonly Description: string }[];
}

/** Starts the first deployment of an application under the guard of a function; returns how to look at it. */
export async function rollOut({ call }: LocalAws, guard: string): Promise<() => Promise<Rollout>> {
  const { Id: ApplicationId } = await call('appconfig', 'CreateApplication', { Name: 'hunt' });
  const inHunt = { ApplicationId };
  const { Id: EnvironmentId } = await call('appconfig', 'CreateEnvironment', { ...inHunt, Name: 'staging' });
  const profile = { ...inHunt, Name: 'gameplay', LocationUri: 'hosted' };
  const { Id: ConfigurationProfileId } = await call('appconfig', 'CreateConfigurationProfile', profile);
  const content = { Content: Buffer.from('{}'), ContentType: 'application/json' };
  const version = { ...inHunt, ConfigurationProfileId, ...content };
  await call('appconfig', 'CreateHostedConfigurationVersion', version);
  const { Id: ExtensionIdentifier } = await call('appconfig', 'CreateExtension', {
    Name: 'guards',
    Actions: { AT_DEPLOYMENT_TICK: [{ Name: 'tick', Uri: arnOf(guard) }] },
  });
  await call('appconfig', 'CreateExtensionAssociation', {
    ExtensionIdentifier,
    ResourceIdentifier: `arn:aws:appconfig:us-east-1:000000000000:application/${ApplicationId}`,
  });
  const place = { ...inHunt, EnvironmentId };
  const { DeploymentNumber } = await call('appconfig', 'StartDeployment', {
    ...place,
    ConfigurationProfileId,
    ConfigurationVersion: '1',
    DeploymentStrategyId: 'AppConfig.Linear20PercentEvery6Minutes',
  });
  return () => call<Rollout & Json>('appconfig', 'GetDeployment', { ...place, DeploymentNumber });
}

/** A whole small AWS to deploy to, and cloud assemblies written by hand. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deployAssembly } from '../../../local/deploy/deploy.js';
import type { DeployOptions, DeployResult } from '../../../local/deploy/progress.js';
import { type DeployState, emptyDeployState } from '../../../local/deploy/state.js';
import { type Aws, type Json, localIdentity, type Service } from '../../../local/kernel/aws.js';
import { ManualClock } from '../../../local/kernel/clock.js';
import { createAppConfig } from '../../../local/services/appconfig/service.js';
import { createDynamodb } from '../../../local/services/dynamodb/service.js';
import { createEvents } from '../../../local/services/events/service.js';
import { createIam } from '../../../local/services/iam/service.js';
import { createKinesis } from '../../../local/services/kinesis/service.js';
import { createLambda, type Lambda } from '../../../local/services/lambda/service.js';
import { createLogs } from '../../../local/services/logs/service.js';
import { createSqs } from '../../../local/services/sqs/service.js';
import { inProcess } from '../lambda/world.js';

export interface StackFixture {
  readonly template: Json;
  readonly dependencies?: readonly string[];
  readonly environment?: string;
}

export interface DeployWorld {
  readonly clock: ManualClock;
  readonly aws: Aws;
  readonly lambda: Lambda;
  readonly state: DeployState;
  /** Every call that changed something, as `service:Operation`. */
  readonly calls: string[];
  /** Writes an assembly and deploys it. Assets: object key → source text of index.mjs. */
  deploy(stacks: Stacks, options?: DeployOptions & { assets?: Assets }): Promise<DeployResult>;
  /** Writes an assembly and says where. */
  write(stacks: Stacks, assets?: Assets): Promise<string>;
  deployDirectory(directory: string, options?: DeployOptions): Promise<DeployResult>;
  close(): Promise<void>;
}

type Stacks = Readonly<Record<string, StackFixture>>;
type Assets = Readonly<Record<string, string>>;

const reads = /^(Describe|Get|List)/;

export async function startDeployWorld(): Promise<DeployWorld> {
  const clock = new ManualClock();
  const services = new Map<string, Service>();
  const direct = inProcess(services);
  const calls: string[] = [];
  const aws: Aws = {
    call(service, operation, input) {
      if (!reads.test(operation)) calls.push(`${service}:${operation}`);
      return direct.call(service, operation, input);
    },
  };
  const endpoint = () => 'http://127.0.0.1:1';
  const common = { aws: direct, clock, identity: localIdentity, endpoint };
  const lambda = createLambda(common);
  const appConfig = createAppConfig(common);
  const all = [
    lambda,
    appConfig.control,
    appConfig.data,
    await createDynamodb({ ...common, path: undefined }),
    createEvents(common),
    createIam(common),
    createKinesis(common),
    createLogs(common),
    createSqs(common),
  ];
  for (const service of all) services.set(service.name, service);
  const folder = await mkdtemp(join(tmpdir(), 'deploy-test-'));
  const state = emptyDeployState();
  let assemblies = 0;
  const write = (stacks: Stacks, assets: Assets = {}) =>
    writeAssembly(join(folder, String(assemblies++)), stacks, assets);
  const deployDirectory = (directory: string, options: DeployOptions = {}) =>
    deployAssembly({ aws, identity: localIdentity, state }, directory, options);
  return {
    clock,
    aws: direct,
    lambda,
    state,
    calls,
    write,
    deployDirectory,
    deploy: async (stacks, { assets, ...options } = {}) =>
      await deployDirectory(await write(stacks, assets), options),
    async close() {
      for (const service of all) await service.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeAssembly(directory: string, stacks: Stacks, assets: Assets): Promise<string> {
  await mkdir(directory, { recursive: true });
  const artifacts: Json = {};
  for (const [name, { template, dependencies, environment }] of Object.entries(stacks)) {
    await writeFile(join(directory, `${name}.template.json`), JSON.stringify(template));
    artifacts[name] = {
      type: 'aws:cloudformation:stack',
      environment: environment ?? 'aws://unknown-account/unknown-region',
      properties: { templateFile: `${name}.template.json` },
      dependencies: [...(dependencies ?? []), 'code.assets'],
    };
  }
  artifacts['code.assets'] = { type: 'cdk:asset-manifest', properties: { file: 'code.assets.json' } };
  const files: Json = {};
  for (const [objectKey, source] of Object.entries(assets)) {
    const path = `asset.${objectKey}`;
    await mkdir(join(directory, path), { recursive: true });
    await writeFile(join(directory, path, 'index.mjs'), source);
    files[objectKey] = {
      source: { path, packaging: 'zip' },
      destinations: { here: { bucketName: 'any', objectKey } },
    };
  }
  await writeFile(join(directory, 'code.assets.json'), JSON.stringify({ version: '1', files }));
  await writeFile(join(directory, 'manifest.json'), JSON.stringify({ version: '1', artifacts }));
  return directory;
}

/** One stack without dependencies. */
export const stack = (Resources: Json, rest: Json = {}): Stacks => ({
  Shop: { template: { Resources, ...rest } },
});

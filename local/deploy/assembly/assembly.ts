/**
 * Reads a CDK cloud assembly: stacks in dependency order, their templates, and where their assets lie.
 * Source: https://github.com/aws/aws-cdk-cli/tree/main/packages/%40aws-cdk/cloud-assembly-schema.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { DeployError } from '../errors.js';
import { sortByDependencies } from '../template/graph.js';

export interface StackArtifact {
  readonly name: string;
  /** `aws://ACCOUNT/REGION`, with `unknown-account` or `unknown-region` where the app left it open. */
  readonly environment: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** As read: not yet checked. */
  readonly template: unknown;
}

export interface Assembly {
  /** A stack stands after every stack it depends on. */
  readonly stacks: readonly StackArtifact[];
  /** Object key of an asset → folder. */
  readonly assets: Readonly<Record<string, string>>;
}

const artifact = z.object({
  type: z.string(),
  environment: z.string().optional(),
  dependencies: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});
const manifest = z.object({ artifacts: z.record(z.string(), artifact).default({}) });
type Artifact = z.output<typeof artifact>;

const stackProperties = z.object({
  templateFile: z.string(),
  stackName: z.string().optional(),
  parameters: z.record(z.string(), z.string()).default({}),
});
const nestedProperties = z.object({ directoryName: z.string() });
const assetProperties = z.object({ file: z.string() });

const assetManifest = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional(), packaging: z.string().default('file') }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

/** Throws DeployError (AssemblyUnreadable) naming the file. Stages are read as well. */
export async function readAssembly(directory: string): Promise<Assembly> {
  const file = join(directory, 'manifest.json');
  const { artifacts } = await readJson(file, manifest);
  const order = sortByDependencies(
    new Map(Object.entries(artifacts).map(([id, one]) => [id, one.dependencies ?? []])),
  );
  if ('cycle' in order) throw unreadable(file, `artifacts depend on each other: ${order.cycle.join(', ')}`);
  const parts: Assembly[] = [];
  for (const id of order.sorted) {
    const one = artifacts[id];
    if (one) parts.push(await readArtifact(directory, id, one));
  }
  return {
    stacks: parts.flatMap((part) => part.stacks),
    assets: Object.assign({}, ...parts.map((part) => part.assets)),
  };
}

async function readArtifact(directory: string, id: string, one: Artifact): Promise<Assembly> {
  const properties = one.properties ?? {};
  if (one.type === 'aws:cloudformation:stack')
    return { stacks: [await readStack(directory, id, one)], assets: {} };
  if (one.type === 'cdk:asset-manifest') {
    const { file } = assetProperties.parse(properties);
    return { stacks: [], assets: await readAssets(directory, file) };
  }
  if (one.type === 'cdk:cloud-assembly')
    return await readAssembly(join(directory, nestedProperties.parse(properties).directoryName));
  return { stacks: [], assets: {} };
}

async function readStack(directory: string, id: string, one: Artifact): Promise<StackArtifact> {
  const properties = stackProperties.parse(one.properties ?? {});
  const template = await readJson(join(directory, properties.templateFile), z.unknown());
  return {
    name: properties.stackName ?? id,
    environment: one.environment ?? 'aws://unknown-account/unknown-region',
    parameters: properties.parameters,
    template,
  };
}

async function readAssets(directory: string, file: string): Promise<Record<string, string>> {
  const { files } = await readJson(join(directory, file), assetManifest);
  const folders = Object.values(files).filter(({ source }) => source.packaging === 'zip' && source.path);
  return Object.fromEntries(
    folders.flatMap(({ source, destinations }) =>
      Object.values(destinations).map(({ objectKey }) => [objectKey, resolve(directory, source.path ?? '')]),
    ),
  );
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw unreadable(file, `${error.message} (is it a synthesized cloud assembly?)`);
  });
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw unreadable(file, error instanceof z.ZodError ? z.prettifyError(error) : String(error));
  }
}

const unreadable = (file: string, reason: string): DeployError =>
  new DeployError('AssemblyUnreadable', [{ stack: file, reason }]);

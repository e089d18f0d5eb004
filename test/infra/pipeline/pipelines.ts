/** What deploys and publishes, synthesized from rows of stages, and what its roles may do. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { App } from 'aws-cdk-lib';
import * as z from 'zod';
import { defineProfile } from '../../../core/profiles.js';
import { secretRef } from '../../../core/secrets/secret-ref.js';
import { parseStages, type StageRow } from '../../../core/stages.js';
import { addPipelines } from '../../../infra/pipeline/app.js';
import { text } from '../assembly.js';

const profile = (name: string, schema: z.ZodType) =>
  defineProfile({ name, description: name, schemaVersion: 1, schema });
export const applications = [
  {
    name: 'hunt',
    environments: ['staging', 'production'],
    profiles: [
      profile('maps', z.object({ key: secretRef('hunt/maps/') })),
      profile('limits', z.object({ size: z.int() })),
    ],
  },
];
export const connectionArn = 'arn:aws:codeconnections:eu-central-1:111122223333:connection/0f0f';
export const pipeline = { connectionArn, repository: 'acme/hunt', branch: 'main' };
export const main = {
  name: 'main',
  account: '111122223333',
  region: 'eu-central-1',
  environments: { staging: { strategy: 'linear-50' }, production: { strategy: 'canary-10' } },
} satisfies StageRow;

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}
export type Template = Record<string, Resource>;

/** Templates by the end of their stacks' names. */
export function templatesOf(app: App, ...rows: readonly StageRow[]): ReadonlyMap<string, Template> {
  addPipelines(app, { applications, stages: parseStages(rows) });
  const { directory, stacks } = app.synth();
  return new Map(
    stacks.map(({ stackName, templateFile }) => [
      stackName.replace('Veltrix-', ''),
      JSON.parse(readFileSync(path.join(directory, templateFile), 'utf8')).Resources,
    ]),
  );
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
export const ofType = (template: Template | undefined, type: string) =>
  Object.entries(template ?? {}).filter(([, resource]) => resource.Type === type);

/** `lambda:InvokeFunction <arn>`: what a role may do, whatever policies say it. */
export function rightsOf(template: Template | undefined, role: string): readonly string[] {
  const policies = [...ofType(template, 'AWS::IAM::Policy'), ...ofType(template, 'AWS::IAM::ManagedPolicy')];
  return policies
    .filter(([, { Properties }]) =>
      list(Properties['Roles']).some((each) => JSON.stringify(each).includes(role)),
    )
    .flatMap(([, { Properties }]) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement)
    .flatMap(({ Action, Resource }) =>
      list(Action).flatMap((action) => list(Resource).map((resource) => `${action} ${text(resource)}`)),
    );
}

export const invoked = (rights: readonly string[]): readonly string[] => [
  ...new Set(
    rights
      .filter((right) => right.startsWith('lambda:InvokeFunction '))
      .map((right) => right.replace(/.*:function:([\w-]+).*/, '$1')),
  ),
];

export const secretsOf = (rights: readonly string[]) =>
  rights.filter((right) => right.startsWith('secretsmanager:'));
export const mapsAreThere = [
  'secretsmanager:DescribeSecret arn:<AWS::Partition>:secretsmanager:eu-central-1:111122223333:secret:hunt/maps/*',
];

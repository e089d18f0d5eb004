/**
 * Plays a pipeline as its template says it: stages one after the other, actions by their order, each build in a checkout of its
 * own with the artifacts it asks for, variables put in where they are named. What CodePipeline and CodeBuild add is not played.
 */

import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { type Ran, runScript } from './shell.js';

const artifacts = z.array(z.object({ Name: z.string() })).default([]);
const actionSchema = z.object({
  Name: z.string(),
  RunOrder: z.number(),
  Namespace: z.string().optional(),
  ActionTypeId: z.object({ Category: z.enum(['Source', 'Build', 'Approval']) }),
  Configuration: z.looseObject({
    ProjectName: z.object({ Ref: z.string() }).optional(),
    CustomData: z.string().optional(),
    ExternalEntityLink: z.string().optional(),
  }),
  InputArtifacts: artifacts,
  OutputArtifacts: artifacts,
});
type Action = z.output<typeof actionSchema>;
const pipelineSchema = z.object({
  Stages: z.array(z.object({ Name: z.string(), Actions: z.array(actionSchema) })),
});
const specSchema = z.strictObject({
  version: z.literal('0.2'),
  env: z.strictObject({
    shell: z.literal('bash'),
    'exported-variables': z.array(z.string()).optional(),
  }),
  phases: z.strictObject({
    install: z.strictObject({
      'runtime-versions': z.strictObject({ nodejs: z.number() }),
      commands: z.array(z.string()),
    }),
    build: z.strictObject({ commands: z.array(z.string()) }),
  }),
  artifacts: z.strictObject({ 'base-directory': z.string(), files: z.tuple([z.literal('**/*')]) }).optional(),
});

const projectSchema = z.object({
  Source: z.object({ BuildSpec: z.string() }),
  ServiceRole: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
});

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

/** What is asked of whoever approves. */
export interface Approval {
  readonly stage: string;
  readonly text: string;
  readonly link: string;
}

export interface Play {
  readonly template: Template;
  /** For artifacts. */
  readonly directory: string;
  readonly checkout: () => string;
  /** Variables of a build, which takes the role of that logical id. */
  readonly environment: (role: string) => Promise<Readonly<Record<string, string | undefined>>>;
  /** Approves, or rejects. */
  readonly approve: (approval: Approval) => boolean | Promise<boolean>;
  /** The stage to begin with, as when somebody tries it again; default: the first. */
  readonly from?: string | undefined;
}

/** One action that was carried out, and how a build of it ended. */
export interface Step extends Partial<Ran> {
  /** `production/Publish`. */
  readonly name: string;
}

export interface Played {
  readonly state: 'Succeeded' | 'Failed';
  readonly steps: readonly Step[];
  readonly last: Step;
}

type Variables = Map<string, string>;

/** Plays until an action fails or is rejected. */
export async function playPipeline(play: Play): Promise<Played> {
  const variables: Variables = new Map();
  const steps: Step[] = [];
  const stages = stagesOf(play.template);
  const first = play.from === undefined ? 0 : stages.findIndex(({ Name }) => Name === play.from);
  for (const { Name: stage, Actions } of stages.slice(first)) {
    for (const action of Actions.toSorted((one, other) => one.RunOrder - other.RunOrder)) {
      const { isPassed, ...step } = await carryOut(play, { stage, action, variables });
      steps.push(step);
      if (!isPassed) return { state: 'Failed', steps, last: step };
    }
  }
  return { state: 'Succeeded', steps, last: steps.at(-1) ?? { name: '' } };
}

function stagesOf({ Resources }: Template) {
  const pipeline = Object.values(Resources).find(({ Type }) => Type === 'AWS::CodePipeline::Pipeline');
  return pipelineSchema.parse(pipeline?.Properties).Stages;
}

interface Turn {
  readonly stage: string;
  readonly action: Action;
  readonly variables: Variables;
}

async function carryOut(play: Play, turn: Turn): Promise<Step & { readonly isPassed: boolean }> {
  const { stage, action } = turn;
  const name = `${stage}/${action.Name}`;
  switch (action.ActionTypeId.Category) {
    case 'Source':
      return { name, isPassed: true };
    case 'Approval': {
      const { CustomData = '', ExternalEntityLink = '' } = action.Configuration;
      const [text, link] = [CustomData, ExternalEntityLink].map((part) => resolve(part, turn.variables));
      return { name, isPassed: await play.approve({ stage, text: text ?? '', link: link ?? '' }) };
    }
    case 'Build': {
      const ran = await build(play, turn);
      return { name, ...ran, isPassed: ran.exitCode === 0 };
    }
  }
}

const resolve = (text: string, variables: Variables): string =>
  text.replace(/#\{([\w.-]+)\}/g, (_, name: string) => {
    const value = variables.get(name);
    if (value === undefined) throw new Error(`no action sets ${name}`);
    return value;
  });

async function build({ template, directory, checkout, environment }: Play, turn: Turn): Promise<Ran> {
  const { action, variables } = turn;
  const project = template.Resources[action.Configuration.ProjectName?.Ref ?? ''];
  const { Source, ServiceRole } = projectSchema.parse(project?.Properties);
  const { env, phases, artifacts: made } = specSchema.parse(JSON.parse(Source.BuildSpec));
  const [, ...extra] = action.InputArtifacts;
  const folder = checkout();
  const ran = await runScript({
    commands: [...phases.install.commands, ...phases.build.commands],
    directory: folder,
    environment: {
      ...(await environment(ServiceRole['Fn::GetAtt'][0])),
      CODEBUILD_SRC_DIR: folder,
      CODEBUILD_BUILD_URL: `https://example.org/builds/${turn.stage}-${action.Name}`,
      ...Object.fromEntries(
        extra.map(({ Name }) => [`CODEBUILD_SRC_DIR_${Name}`, path.join(directory, Name)]),
      ),
    },
    exported: env['exported-variables'] ?? [],
  });
  for (const [name, value] of Object.entries(ran.variables))
    variables.set(`${action.Namespace}.${name}`, value);
  const [output] = action.OutputArtifacts;
  if (made && output && ran.exitCode === 0) {
    mkdirSync(path.join(directory, output.Name), { recursive: true });
    cpSync(path.join(folder, made['base-directory']), path.join(directory, output.Name), { recursive: true });
  }
  return ran;
}

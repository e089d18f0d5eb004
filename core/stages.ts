/**
 * Stages: each is one account and region that Veltrix is deployed to, with the environments it holds. They are data
 * (`infra/stages.ts`), read by infrastructure and by the command.
 */

import * as z from 'zod';
import { nameMaxChars, namePattern } from './addresses.js';
import { alarmSettingsSchema } from './alarm-settings.js';
import { alarmArn, connectionArn, keyArn, regionOf, roleArn, topicArn } from './arns.js';
import { describeIssue } from './content/content-problems.js';
import { strategyNames } from './delivery/strategies.js';
import { describeProblem, UsageError } from './errors.js';

/** Stages are part of names that may have 64 characters. */
const stageNameMaxChars = 12;

const nameForm = 'lower case words joined by "-", starting with a letter';

/** Keys that are names. */
function names({ value, issues }: z.core.ParsePayload<Record<string, unknown>>): void {
  for (const key of Object.keys(value)) {
    if (namePattern.test(key) && key.length <= nameMaxChars) continue;
    const message = `is no name: expected ${nameForm}, of at most ${nameMaxChars} characters`;
    issues.push({ code: 'custom', path: [key], message, input: value });
  }
}

const repository = z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name');
/** GitHub puts the ids of owner and repository into the tokens of repositories made since July 2026: docs/ci.md. */
const githubRepository = z
  .string()
  .regex(/^[\w.-]+(@\d+)?\/[\w.-]+(@\d+)?$/, 'expected owner/name, or owner@id/name@id');

const environmentSchema = z.strictObject({
  /** How a publish reaches the nodes when it names no strategy. */
  strategy: z.enum(strategyNames),
  /** False takes the guard away from the environment: the way out when it is itself what is broken. */
  guarded: z.boolean().default(true),
  /** Where the environment's own alarms tell that they are raised and over, instead of the stage's topic. */
  alarmTopicArn: topicArn.optional(),
  /** An alarm on what customers feel: while it is raised, AppConfig rolls every rollout here back. */
  monitor: z
    .strictObject({
      alarmArn: alarmArn.refine(
        (written) => !/:alarm:veltrix-/.test(written),
        'expected an alarm of your own: Veltrix raises its own when a rollout is rolled back, and would roll back the next',
      ),
      /** In which AppConfig looks at the alarm. */
      roleArn: roleArn.optional(),
    })
    .optional(),
});
/** How one environment is run. */
export type StageEnvironment = z.output<typeof environmentSchema>;

/** CloudWatch Logs admits these and no others. */
const logDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const retentionSchema = z.strictObject({
  /** Logs of the functions. */
  logDays: z.literal(logDays).default(30),
  /** In which a consumer of changes may come back and miss nothing; each day beyond the first is paid for. */
  changesDays: z.int().min(1).max(365).default(7),
  /** Reports of a day ago say nothing any more. */
  loadHours: z.int().min(24).max(8760).default(24),
});

const keySchema = z.union(
  [z.enum(['aws-owned', 'aws-managed', 'customer-managed']), z.strictObject({ kmsKeyArn: keyArn })],
  'expected "aws-owned", "aws-managed", "customer-managed" or { kmsKeyArn: the ARN of a key }',
);

const rowSchema = z.strictObject({
  name: z.string().regex(namePattern, `expected ${nameForm}`).max(stageNameMaxChars),
  /** Where it is deployed; without them, wherever the credentials of the moment point. */
  account: z
    .string()
    .regex(/^\d{12}$/, 'expected twelve digits')
    .optional(),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a region, as eu-central-1')
    .optional(),
  /** What it holds of every application, by name. */
  environments: z.record(z.string(), environmentSchema).check(names),
  /** Where alarms tell that they are raised and over. Without it they are seen in the console only. */
  alarmTopicArn: topicArn.optional(),
  /** From when on alarms are raised. */
  alarms: alarmSettingsSchema.prefault({}),
  /**
   * Runs of the guard that may go on at once, kept free for it: a tick that Lambda throttles rolls its rollout back. Default:
   * 5, or one for each environment where there are more. 0 reserves nothing, for accounts whose quota is too small.
   */
  guardReservedConcurrency: z.int().min(0).optional(),
  retention: retentionSchema.prefault({}),
  /** What becomes of records when their stack or their definition goes. `destroy` is for stages that are thrown away. */
  removal: z.enum(['retain', 'destroy']).default('retain'),
  /** What encrypts records, reports, changes, logs and variables of functions: `customer-managed` makes a key of the stage's own. */
  key: keySchema.default('aws-managed'),
  /** Has a pipeline of CodePipeline deploy and publish. */
  pipeline: z
    .strictObject({
      connectionArn,
      repository,
      branch: z.string().min(1),
    })
    .optional(),
  /** Lets workflows of this repository of GitHub take roles, without a stored key. */
  github: z
    .strictObject({
      repository: githubRepository,
      /** Whose commits are deployed. */
      branch: z.string().min(1).default('main'),
      /** An account trusts GitHub once: `existing` where it does already. */
      provider: z.enum(['new', 'existing']).default('new'),
    })
    .optional(),
});
type Row = z.output<typeof rowSchema>;

const stageSchema = rowSchema.check(inItsRegion);
/** A stage with every default filled in. */
export type Stage = z.output<typeof stageSchema>;
/** A stage as it is written. */
export type StageRow = z.input<typeof stageSchema>;

/** Topics, alarms and keys are used from the region that they are in. */
function inItsRegion({ value: stage, issues }: z.core.ParsePayload<Row>): void {
  if (stage.region === undefined) return;
  for (const { path, arn } of regionalArns(stage)) {
    if (regionOf(arn) === stage.region) continue;
    const message = `is in ${regionOf(arn)}, expected one in ${stage.region}, where the stage is`;
    issues.push({ code: 'custom', path, message, input: stage });
  }
}

function regionalArns({ alarmTopicArn, key, environments }: Row) {
  const ofEnvironments = Object.entries(environments).flatMap(
    ([environment, { alarmTopicArn: arn, monitor }]) => [
      { path: ['environments', environment, 'alarmTopicArn'], arn },
      { path: ['environments', environment, 'monitor', 'alarmArn'], arn: monitor?.alarmArn },
    ],
  );
  return [
    { path: ['alarmTopicArn'], arn: alarmTopicArn },
    ...ofEnvironments,
    { path: ['key', 'kmsKeyArn'], arn: typeof key === 'object' ? key.kmsKeyArn : undefined },
  ].flatMap(({ path, arn }) => (arn === undefined ? [] : [{ path, arn }]));
}

const stagesSchema = z.strictObject({ stages: z.array(stageSchema).min(1) });

/**
 * Reads stages as they are written; reading what was read changes nothing.
 * @throws UsageError that names the place and what is expected there.
 */
export function parseStages(rows: readonly StageRow[]): readonly Stage[] {
  const written = { stages: rows };
  const parsed = stagesSchema.safeParse(written);
  if (parsed.success) {
    const { stages } = parsed.data;
    demandPlaces(stages);
    demandOneHome(stages);
    return stages;
  }
  const problems = parsed.error.issues.flatMap((issue) => describeIssue(issue, written));
  throw refused(problems.map(describeProblem).join('; '), parsed.error);
}

const refused = (why: string, cause?: unknown): UsageError =>
  new UsageError(`The stages are not as they should be: ${why}`, {
    hint: 'Correct infra/stages.ts; docs/stages.md says what a stage may have.',
    cause,
  });

/** AppConfig's applications carry no stage in their names: two stages in one place would be two applications of one name. */
function demandPlaces(stages: readonly Stage[]): void {
  for (const [one, other] of pairs(stages)) {
    if (one.name === other.name) throw refused(`two are named "${one.name}"`);
    if (mayMeet(one.account, other.account) && mayMeet(one.region, other.region)) {
      throw refused(
        `"${one.name}" and "${other.name}" may be in one account and region: write account and region of both, two that differ`,
      );
    }
  }
}

const mayMeet = (one: string | undefined, other: string | undefined): boolean =>
  one === undefined || other === undefined || one === other;

/** Whoever publishes names an environment: it has to be clear where that is. */
function demandOneHome(stages: readonly Stage[]): void {
  for (const [one, other] of pairs(stages)) {
    const both = Object.keys(one.environments).find((environment) => holds(other, environment));
    if (both !== undefined)
      throw refused(`"${one.name}" and "${other.name}" both hold environment "${both}": one of them may`);
  }
}

const pairs = (stages: readonly Stage[]): (readonly [Stage, Stage])[] =>
  stages.flatMap((one, index) => stages.slice(index + 1).map((other) => [one, other] as const));

/** An environment may be named `constructor`: what every object has does not count. */
export const holds = (stage: Pick<Stage, 'environments'>, environment: string): boolean =>
  Object.hasOwn(stage.environments, environment);

/** The stage of that name. @throws UsageError that lists the names otherwise. */
export function stageNamed(stages: readonly Stage[], stageName: string): Stage {
  const found = stages.find((stage) => stage.name === stageName);
  if (found) return found;
  throw new UsageError(`There is no stage "${stageName}"`, {
    hint: `The stages of infra/stages.ts are ${stages.map((stage) => stage.name).join(', ')}.`,
  });
}

/** The stage that holds an environment; undefined where none does. */
export const stageOf = (stages: readonly Stage[], environment: string): Stage | undefined =>
  stages.find((stage) => holds(stage, environment));

/** How a stage runs an environment. @throws UsageError when it does not hold it. */
export function environmentOf(stage: Stage, environment: string): StageEnvironment {
  const found = holds(stage, environment) ? stage.environments[environment] : undefined;
  if (found) return found;
  throw new UsageError(`Stage "${stage.name}" does not hold environment "${environment}"`, {
    hint: `It holds ${Object.keys(stage.environments).join(', ') || 'none'} (infra/stages.ts).`,
  });
}

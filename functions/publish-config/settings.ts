/** The environment of the function that publishes to one environment of one application. */

import * as z from 'zod';
import { strategyNames } from '../../core/delivery/strategies.js';
import { queueAlias } from '../../core/names.js';
import { jsonMap } from '../environment.js';

/** Lambda: all variables of a function together take 4 KB. Names and ids of so many profiles fit. */
export const publishProfilesMax = 50;

export const publishSettingsSchema = z.object({
  /** Name of the application. */
  VELTRIX_APPLICATION: z.string().min(1),
  /** Name of the environment. */
  VELTRIX_ENVIRONMENT: z.string().min(1),
  /** AppConfig's id of the application. */
  VELTRIX_APPLICATION_ID: z.string().min(1),
  /** AppConfig's id of the environment. */
  VELTRIX_ENVIRONMENT_ID: z.string().min(1),
  /** AppConfig's id of each profile, by name. */
  VELTRIX_PROFILE_IDS: jsonMap,
  /** AppConfig's id of each strategy, by name. */
  VELTRIX_STRATEGY_IDS: jsonMap,
  /** Strategy of a request that names none. */
  VELTRIX_DEFAULT_STRATEGY: z.enum(strategyNames),
  /** Name of the table of queues. */
  VELTRIX_QUEUES_TABLE: z.string().min(1),
  /** Name of the table of rollouts' records. */
  VELTRIX_ROLLOUTS_TABLE: z.string().min(1),
});

/** What Lambda itself tells a function: where it is, and the name that callers prove their identity to. */
export const lambdaSettingsSchema = z.object({
  AWS_LAMBDA_FUNCTION_NAME: z.string().min(1),
  AWS_REGION: z.string().min(1),
  /** Where AWS is, when not where it usually is; as the SDKs read it. */
  AWS_ENDPOINT_URL: z.url().optional(),
  AWS_ENDPOINT_URL_STS: z.url().optional(),
});

/** What Lambda tells of an invocation: the ARN it was invoked by, of which the account and the door are read. */
export const contextSchema = z
  .object({ invokedFunctionArn: z.string().regex(/^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:/) })
  .transform(({ invokedFunctionArn }) => {
    const [, , , , account = '', , , qualifier] = invokedFunctionArn.split(':');
    return { account, door: qualifier === queueAlias ? ('queue' as const) : ('gate' as const) };
  });
/** Through which door a request came: the alias for the queue admits changes of the queue alone. */
export type Door = z.output<typeof contextSchema>['door'];

/** What it counts, for alarms and dashboards. */
export const publishMetrics = {
  /** Deployments started. */
  started: 'PublishStarted',
  /** Requests whose content was deployed, or being deployed, already. */
  unchanged: 'PublishUnchanged',
  /** Requests refused for their content. */
  refused: 'PublishRefused',
  /** Requests that built on another version than the one deployed. */
  conflict: 'PublishConflict',
  /** Requests that met a running deployment. */
  busy: 'PublishBusy',
  /** Requests that wait for their turn now. */
  queued: 'PublishQueued',
  /** Requests that would have gone past the queue. */
  queueAhead: 'PublishQueueAhead',
  /** Requests whose content was rolled back within the hour. */
  rolledBackLately: 'PublishRolledBackLately',
  /** Deployments started that reach everybody at once, asked for or by the stage's default; a profile's first aside. */
  immediate: 'PublishImmediate',
  /** Decisions taken again because somebody else was quicker. */
  again: 'PublishDecidedAgain',
  /** Entries of the queue that a person changed. */
  queueChanged: 'PublishQueueChanged',
  /** Entries of the queue that a person took out. */
  dropped: 'PublishDropped',
  /** Entries whose turn came and that wait for a person since. */
  held: 'PublishHeld',
  /** Requests whose caller's proof of identity proved nothing. */
  unidentified: 'PublishUnidentified',
  /** Requests that came without a proof of identity. */
  unproven: 'PublishUnproven',
  /** Turns that an entry kept its place in, because a service did not answer. */
  turnFailed: 'PublishTurnFailed',
  /** Requests that are of another release than the function. */
  notUnderstood: 'PublishNotUnderstood',
  /** Deployments that were started and whose publisher is not on record. */
  unrecorded: 'PublishUnrecorded',
} as const;
export type PublishMetric = (typeof publishMetrics)[keyof typeof publishMetrics];

/** Who may do what, as data: what each kind of work asks of AWS, and nothing else. docs/access.md explains it. */

import type { Stack } from 'aws-cdk-lib';
import { type ClusterAddress, formatCluster } from '../../core/addresses.js';
import {
  assignmentsTable,
  changesStream,
  deadLettersQueue,
  drainsKey,
  loadStream,
  nodesTable,
  publishFunction,
  queueAlias,
  queuesTable,
  rolloutsTable,
} from '../../core/names.js';
import type { Profile } from '../../core/profiles.js';
import { secretNamePrefixes } from '../../core/secrets/secret-ref.js';
import { appConfigArn, functionArn, queueArn, secretArn, streamArn, tableArn } from '../parts/arns.js';
import type { AppConfigIds } from './published-ids.js';

/** One statement of a policy. */
export interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** By operator, then by key. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** One environment, and where it is. */
export interface Place {
  readonly stack: Stack;
  /** The stage's name. */
  readonly stage: string;
  readonly cluster: ClusterAddress;
  readonly ids: AppConfigIds;
}

/** A whole stage, and where it is. */
export interface StagePlace {
  readonly stack: Stack;
  /** The stage's name. */
  readonly stage: string;
  /** AppConfig's ids. */
  readonly applicationIds: readonly string[];
}

/**
 * `status`, `history`, `plan`, `get`, `diff`, `nodes`, `load`, `trace`, `events`, `queue`, `agent-check`, `doctor` of one environment.
 * Versions belong to a profile, in whichever environment they are deployed, and the stream of changes to the stage: both are
 * seen whole.
 */
export function looking(place: Place): readonly Permission[] {
  const { stack, stage } = place;
  const { application, environment, profiles, deployments } = appConfig(place);
  const cluster = formatCluster(place.cluster);
  return [
    listingNames,
    { actions: listsOfApplication, resources: [application] },
    { actions: ['appconfig:ListDeployments'], resources: [application, environment] },
    { actions: ['appconfig:GetDeployment'], resources: [application, environment, deployments] },
    { actions: readsVersions, resources: [application, profiles] },
    reads('Query', tableArn(stack, nodesTable(stage)), [`${cluster}#*`]),
    reads('BatchGetItem', tableArn(stack, rolloutsTable(stage)), [cluster]),
    reads('GetItem', tableArn(stack, queuesTable(stage)), [cluster]),
    reads('GetItem', tableArn(stack, assignmentsTable(stage)), [cluster, `${cluster}#*`]),
    followingChanges(stack, stage),
    ...tending(stack, stage),
  ];
}

/** The same of every environment of a stage. */
export function lookingAtStage({ stack, stage, applicationIds }: StagePlace): readonly Permission[] {
  const applications = applicationIds.flatMap((id) => {
    const arn = appConfigArn(stack, `application/${id}`);
    return [arn, `${arn}/*`];
  });
  const table = (action: string, name: string) => ({
    actions: [`dynamodb:${action}`],
    resources: [tableArn(stack, name)],
  });
  return [
    listingNames,
    {
      actions: [
        ...listsOfApplication,
        'appconfig:ListDeployments',
        'appconfig:GetDeployment',
        ...readsVersions,
      ],
      resources: applications,
    },
    table('Query', nodesTable(stage)),
    table('BatchGetItem', rolloutsTable(stage)),
    table('GetItem', queuesTable(stage)),
    table('GetItem', assignmentsTable(stage)),
    followingChanges(stack, stage),
    ...tending(stack, stage),
  ];
}

/**
 * `retire`: the end of profiles and of versions. That nobody uses them any more is the command's to see to: AppConfig deletes a
 * version that is deployed, or to go back to, for whoever asks it directly.
 */
export function retiring({ stack, stage, applicationIds }: StagePlace): readonly Permission[] {
  const applications = applicationIds.map((id) => appConfigArn(stack, `application/${id}`));
  return [
    {
      actions: ['appconfig:DeleteHostedConfigurationVersion', 'appconfig:DeleteConfigurationProfile'],
      resources: applications.flatMap((arn) => [arn, `${arn}/configurationprofile/*`]),
    },
    keeps('retired', tableArn(stack, rolloutsTable(stage))),
  ];
}

/** `publish` and what it looks at, and the queue. */
export function publishing(place: Place): readonly Permission[] {
  const gate = gateArn(place);
  return [
    ...looking(place),
    { actions: ['lambda:InvokeFunction'], resources: [gate, `${gate}:${queueAlias}`] },
  ];
}

/**
 * `plan` and `publish` ask whether the secrets that a value names are there. What they say is for nodes alone, and theirs to be
 * granted: secret by secret, for no prefix tells staging's from production's.
 */
export function lookingForSecrets(stack: Stack, profiles: readonly Profile[]): readonly Permission[] {
  const prefixes = new Set(profiles.flatMap(({ schema }) => secretNamePrefixes(schema)));
  if (prefixes.size === 0) return [];
  const resources = [...prefixes].sort().map((prefix) => secretArn(stack, `${prefix}*`));
  return [{ actions: ['secretsmanager:DescribeSecret'], resources }];
}

/**
 * `check --deployed`: which names are deployed. Of other applications in the account, too: whether one of them is Veltrix's, under
 * the old name, says the function that publishes to it.
 */
export function lookingForNames(stack: Stack, stage: string): readonly Permission[] {
  return [
    { actions: ['appconfig:ListApplications'], resources: ['*'] },
    { actions: listsOfApplication, resources: [appConfigArn(stack, 'application/*')] },
    readingFunctions(stack, stage),
  ];
}

/**
 * What a node does all its life: it polls its environment's configuration, reports, and reads its own cluster's assignment.
 * What a report says of itself is not checked by IAM: nodes of one stage trust each other to name their own cluster.
 */
export function reporting(place: Place): readonly Permission[] {
  const { stack, stage } = place;
  const { environment } = appConfig(place);
  return [
    {
      actions: ['appconfig:StartConfigurationSession', 'appconfig:GetLatestConfiguration'],
      resources: [`${environment}/configuration/*`],
    },
    { actions: ['kinesis:PutRecords'], resources: [streamArn(stack, loadStream(stage))] },
    reads('GetItem', tableArn(stack, assignmentsTable(stage)), [formatCluster(place.cluster)]),
  ];
}

/**
 * `rollback`, `drain`, `undrain`, `queue release` and `queue drop`, and what they look at. Undoing asks AppConfig alone. What is on
 * its way or was deployed last it stops or reverts, which works when no function does; an older version is deployed again, and
 * that asks the validator. It can deploy any version that exists, and make none.
 */
export function operating(place: Place): readonly Permission[] {
  const { stack, stage } = place;
  const { application, environment, profiles, deployments } = appConfig(place);
  const cluster = formatCluster(place.cluster);
  return [
    ...looking(place),
    { actions: ['appconfig:StopDeployment'], resources: [application, environment, deployments] },
    {
      actions: ['appconfig:StartDeployment'],
      // A strategy says how fast, and whoever may deploy at all may deploy at once.
      resources: [
        application,
        environment,
        deployments,
        profiles,
        appConfigArn(stack, 'deploymentstrategy/*'),
      ],
    },
    // The list of strategies is no resource that could be named.
    { actions: ['appconfig:ListDeploymentStrategies'], resources: ['*'] },
    keeps('undone', tableArn(stack, rolloutsTable(stage)), [cluster]),
    {
      actions: ['dynamodb:PutItem'],
      resources: [tableArn(stack, assignmentsTable(stage))],
      conditions: ofKeys([drainsKey(cluster)]),
    },
    { actions: ['lambda:InvokeFunction'], resources: [`${gateArn(place)}:${queueAlias}`] },
  ];
}

function appConfig({ stack, ids }: Place) {
  const application = appConfigArn(stack, `application/${ids.applicationId}`);
  const environment = `${application}/environment/${ids.environmentId}`;
  return {
    application,
    environment,
    // With their versions, whose ARNs lie below.
    profiles: `${application}/configurationprofile/*`,
    deployments: `${environment}/deployment/*`,
  };
}

const gateArn = ({ stack, stage, cluster }: Place): string =>
  functionArn(stack, publishFunction(stage, cluster));

/** The lists of all applications, and of what extensions are attached to, are no resources that could be named. */
const listingNames: Permission = {
  actions: ['appconfig:ListApplications', 'appconfig:ListExtensionAssociations'],
  resources: ['*'],
};
const listsOfApplication = ['appconfig:ListEnvironments', 'appconfig:ListConfigurationProfiles'];
const readsVersions = [
  'appconfig:ListHostedConfigurationVersions',
  'appconfig:GetHostedConfigurationVersion',
];

const reads = (action: string, table: string, keys: readonly string[]): Permission => ({
  actions: [`dynamodb:${action}`],
  resources: [table],
  conditions: ofKeys(keys),
});

/** All partition keys that a request names are among these, which may hold `*`. A request without any would pass: GetItem, PutItem, UpdateItem, Query and BatchGetItem always name one. */
const ofKeys = (keys: readonly string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
});

/** A note of who did it, and nothing else of the record: the guard judges by what stands beside it. */
const keeps = (note: 'retired' | 'undone', table: string, keys?: readonly string[]): Permission => ({
  actions: ['dynamodb:UpdateItem'],
  resources: [table],
  conditions: {
    'ForAllValues:StringLike': {
      ...(keys && { 'dynamodb:LeadingKeys': keys }),
      'dynamodb:Attributes': ['cluster', 'deployment', note, 'expiresAtSeconds'],
    },
    // An answer with the old or new item would show attributes that the request does not name.
    StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE'] },
  },
});

/** What `doctor` asks of the stage's machinery. */
const tending = (stack: Stack, stage: string): readonly Permission[] => [
  readingFunctions(stack, stage),
  // The list of event sources is no resource that could be named.
  { actions: ['lambda:ListEventSourceMappings'], resources: ['*'] },
  {
    actions: ['kinesis:DescribeStreamSummary'],
    resources: [changesStream(stage), loadStream(stage)].map((name) => streamArn(stack, name)),
  },
  {
    actions: ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes'],
    resources: [queueArn(stack, deadLettersQueue(stage))],
  },
];

/** One function of each environment and profile, by the stage's name. */
const readingFunctions = (stack: Stack, stage: string): Permission => ({
  actions: ['lambda:GetFunctionConfiguration'],
  resources: [functionArn(stack, `veltrix-${stage}-*`)],
});

const followingChanges = (stack: Stack, stage: string): Permission => ({
  actions: ['kinesis:ListShards', 'kinesis:GetShardIterator', 'kinesis:GetRecords'],
  resources: [streamArn(stack, changesStream(stage))],
});

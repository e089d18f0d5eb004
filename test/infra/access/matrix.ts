/** Who may do what in staging of the synthesized stage. */

import type { AccessRequest } from './iam.js';

const here = 'us-east-1:000000000000';
const table = (name: string) => `arn:aws:dynamodb:${here}:table/veltrix-main-${name}`;
const gate = (environment: string) =>
  `arn:aws:lambda:${here}:function:veltrix-main-publish-treasure-hunt-${environment}`;
const application = `arn:aws:appconfig:${here}:application/{{resolve:ssm:/veltrix/main/treasure-hunt}}`;
const environmentArn = (name: string) =>
  `${application}/environment/{{resolve:ssm:/veltrix/main/treasure-hunt/${name}}}`;
const keys = (...leading: readonly string[]) => ({ 'dynamodb:LeadingKeys': leading });

/** Each thing somebody could do, and which roles of staging may. */
export const matrix: readonly [string, AccessRequest, readonly string[]][] = [
  ['publish to staging', { action: 'lambda:InvokeFunction', resources: [gate('staging')] }, ['publisher']],
  ['publish to production', { action: 'lambda:InvokeFunction', resources: [gate('production')] }, []],
  [
    'change the queue of staging',
    { action: 'lambda:InvokeFunction', resources: [`${gate('staging')}:queue`] },
    ['publisher', 'operator'],
  ],
  [
    'change the queue of production',
    { action: 'lambda:InvokeFunction', resources: [`${gate('production')}:queue`] },
    [],
  ],
  [
    'make a version around the gate',
    {
      action: 'appconfig:CreateHostedConfigurationVersion',
      resources: [application, `${application}/configurationprofile/abc`],
    },
    [],
  ],
  [
    'deploy a version to staging',
    {
      action: 'appconfig:StartDeployment',
      resources: [
        application,
        environmentArn('staging'),
        `${application}/configurationprofile/abc`,
        `arn:aws:appconfig:${here}:deploymentstrategy/xyz`,
      ],
    },
    ['operator'],
  ],
  [
    'deploy a version to production',
    { action: 'appconfig:StartDeployment', resources: [application, environmentArn('production')] },
    [],
  ],
  [
    'stop a deployment of staging',
    {
      action: 'appconfig:StopDeployment',
      resources: [application, environmentArn('staging'), `${environmentArn('staging')}/deployment/7`],
    },
    ['operator'],
  ],
  [
    'stop a deployment of production',
    {
      action: 'appconfig:StopDeployment',
      resources: [application, environmentArn('production'), `${environmentArn('production')}/deployment/7`],
    },
    [],
  ],
  [
    'poll the configuration of staging',
    {
      action: 'appconfig:StartConfigurationSession',
      resources: [`${environmentArn('staging')}/configuration/abc`],
    },
    ['node'],
  ],
  [
    'poll the configuration of production',
    {
      action: 'appconfig:GetLatestConfiguration',
      resources: [`${environmentArn('production')}/configuration/abc`],
    },
    [],
  ],
  [
    'report',
    { action: 'kinesis:PutRecords', resources: [`arn:aws:kinesis:${here}:stream/veltrix-main-load`] },
    ['node'],
  ],
  [
    'tell a change that did not happen',
    { action: 'kinesis:PutRecord', resources: [`arn:aws:kinesis:${here}:stream/veltrix-main-changes`] },
    [],
  ],
  [
    'read the assignment of staging',
    { action: 'dynamodb:GetItem', resources: [table('assignments')], context: keys('treasure-hunt/staging') },
    ['node', 'publisher', 'operator', 'auditor', 'stage auditor', 'stage maintainer'],
  ],
  [
    'read the assignment of production',
    {
      action: 'dynamodb:GetItem',
      resources: [table('assignments')],
      context: keys('treasure-hunt/production'),
    },
    ['stage auditor', 'stage maintainer'],
  ],
  [
    'read the nodes of an environment whose name begins alike',
    { action: 'dynamodb:Query', resources: [table('nodes')], context: keys('treasure-hunt/staging-2#0') },
    ['stage auditor', 'stage maintainer'],
  ],
  [
    'read rollouts of both at once',
    {
      action: 'dynamodb:BatchGetItem',
      resources: [table('rollouts')],
      context: keys('treasure-hunt/staging', 'treasure-hunt/production'),
    },
    ['stage auditor', 'stage maintainer'],
  ],
  [
    'write the drains of staging',
    {
      action: 'dynamodb:PutItem',
      resources: [table('assignments')],
      context: keys('treasure-hunt/staging#drains'),
    },
    ['operator'],
  ],
  [
    'write the head of staging',
    { action: 'dynamodb:PutItem', resources: [table('assignments')], context: keys('treasure-hunt/staging') },
    [],
  ],
  [
    'write the drains of production',
    {
      action: 'dynamodb:PutItem',
      resources: [table('assignments')],
      context: keys('treasure-hunt/production#drains'),
    },
    [],
  ],
  [
    'write a node’s record',
    { action: 'dynamodb:PutItem', resources: [table('nodes')], context: keys('treasure-hunt/staging#0') },
    [],
  ],
  [
    'write the queue around the gate',
    { action: 'dynamodb:PutItem', resources: [table('queues')], context: keys('treasure-hunt/staging') },
    [],
  ],
  [
    'keep who undid a rollout',
    {
      action: 'dynamodb:UpdateItem',
      resources: [table('rollouts')],
      context: {
        ...keys('treasure-hunt/staging'),
        'dynamodb:Attributes': ['cluster', 'deployment', 'undone', 'expiresAtSeconds'],
      },
    },
    ['operator'],
  ],
  [
    'change what the guard judged by',
    {
      action: 'dynamodb:UpdateItem',
      resources: [table('rollouts')],
      context: {
        ...keys('treasure-hunt/staging'),
        'dynamodb:Attributes': ['cluster', 'deployment', 'guard'],
      },
    },
    [],
  ],
  [
    'be shown the whole record for a note',
    {
      action: 'dynamodb:UpdateItem',
      resources: [table('rollouts')],
      context: {
        ...keys('treasure-hunt/staging'),
        'dynamodb:Attributes': ['cluster', 'deployment', 'undone'],
        'dynamodb:ReturnValues': ['ALL_OLD'],
      },
    },
    [],
  ],
  [
    'retire a profile',
    {
      action: 'appconfig:DeleteConfigurationProfile',
      resources: [application, `${application}/configurationprofile/abc`],
    },
    ['stage maintainer'],
  ],
  [
    'delete an environment',
    { action: 'appconfig:DeleteEnvironment', resources: [application, environmentArn('staging')] },
    [],
  ],
  [
    'keep who retired a profile',
    {
      action: 'dynamodb:UpdateItem',
      resources: [table('rollouts')],
      context: {
        ...keys('treasure-hunt/production'),
        'dynamodb:Attributes': ['cluster', 'deployment', 'retired'],
      },
    },
    ['stage maintainer'],
  ],
  ['delete a table', { action: 'dynamodb:DeleteTable', resources: [table('nodes')] }, []],
];

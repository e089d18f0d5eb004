/** From AppConfig to the stream `changes`: the function that tells, and everything that wakes it. */

import { Duration, Stack } from 'aws-cdk-lib';
import { CfnExtension, CfnExtensionAssociation } from 'aws-cdk-lib/aws-appconfig';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import {
  changesExtension,
  changesStream,
  cursorsTable,
  deadLettersQueue,
  fanOutFunction,
} from '../core/names.js';
import { fanOutSettingsSchema } from '../functions/fan-out-change/settings.js';
import type { AppConfigApplication } from './appconfig-application.js';
import { queueArn, streamArn, tableArn } from './arns.js';
import type { Stage } from './stages.js';
import { VeltrixFunction } from './veltrix-function.js';

/** An extension holds five action points (AppConfig's quota): these five tell. */
const actionPoints = [
  'ON_DEPLOYMENT_START',
  'ON_DEPLOYMENT_STEP',
  'ON_DEPLOYMENT_BAKING',
  'ON_DEPLOYMENT_COMPLETE',
  'ON_DEPLOYMENT_ROLLED_BACK',
] as const;

/** Reading the logs of hundreds of deployments after a long outage; a minute's run takes a second. */
const fanOutTimeoutSeconds = 120;
/** The schedule looks again a minute later anyway, so a hint is not worth many attempts. */
const retriesMax = 2;
const hintAgeMaxMinutes = 15;
const scheduleMinutes = 1;

export interface ChangeNotificationsProps {
  readonly stage: Stage;
  readonly applications: Readonly<Record<string, AppConfigApplication>>;
}

export class ChangeNotifications extends Construct {
  constructor(scope: Construct, id: string, { stage, applications }: ChangeNotificationsProps) {
    super(scope, id);
    const fanOut = this.fanOut(stage.name);
    for (const application of Object.values(applications)) allowReading(fanOut, application);
    const extension = this.extension(stage.name, fanOut);
    for (const [name, application] of Object.entries(applications)) {
      new CfnExtensionAssociation(this, `Association-${name}`, {
        extensionIdentifier: extension.attrId,
        extensionVersionNumber: extension.attrVersionNumber,
        resourceIdentifier: application.arn(),
      });
    }
  }

  private fanOut(stage: string): VeltrixFunction {
    const fanOut = new VeltrixFunction(this, 'FanOut', {
      name: fanOutFunction(stage),
      folder: 'fan-out-change',
      description: 'Tells every change of configuration on the stream of changes',
      settings: fanOutSettingsSchema,
      environment: {
        VELTRIX_CHANGES_STREAM: changesStream(stage),
        VELTRIX_CURSORS_TABLE: cursorsTable(stage),
      },
      memoryMb: 512,
      timeoutSeconds: fanOutTimeoutSeconds,
    });
    const stack = Stack.of(this);
    fanOut.allow(['kinesis:PutRecord'], [streamArn(stack, changesStream(stage))]);
    fanOut.allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [tableArn(stack, cursorsTable(stage))]);
    // The list of all applications is no resource that could be named.
    fanOut.allow(['appconfig:ListApplications'], ['*']);
    fanOut.lambda.configureAsyncInvoke({
      retryAttempts: retriesMax,
      maxEventAge: Duration.minutes(hintAgeMaxMinutes),
      onFailure: new SqsDestination(
        Queue.fromQueueArn(this, 'DeadLetters', queueArn(stack, deadLettersQueue(stage))),
      ),
    });
    new Rule(this, 'EveryMinute', {
      description: 'Looks for changes that no notification told of',
      schedule: Schedule.rate(Duration.minutes(scheduleMinutes)),
      targets: [new LambdaFunction(fanOut.lambda)],
    });
    return fanOut;
  }

  private extension(stage: string, fanOut: VeltrixFunction): CfnExtension {
    // Without a condition on the account, as AppConfig's guide prints it: docs/decisions/0003.
    const role = new Role(this, 'ExtensionRole', {
      assumedBy: new ServicePrincipal('appconfig.amazonaws.com'),
    });
    // AppConfig's guide lists both for notifications.
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction', 'lambda:InvokeAsync'],
        resources: [fanOut.lambda.functionArn],
      }),
    );
    const action = { name: 'tell', uri: fanOut.lambda.functionArn, roleArn: role.roleArn };
    const extension = new CfnExtension(this, 'Extension', {
      name: changesExtension(stage),
      description: 'Tells Veltrix of every step of a deployment',
      // Property names within are CloudFormation's own: the map is handed on as it stands.
      actions: Object.fromEntries(
        actionPoints.map((point) => [
          point,
          [{ Name: action.name, Uri: action.uri, RoleArn: action.roleArn }],
        ]),
      ),
    });
    extension.node.addDependency(role);
    return extension;
  }
}

/** Its lists, deployments and event logs; no content. */
function allowReading(fanOut: VeltrixFunction, application: AppConfigApplication): void {
  const environments = Object.values(application.environmentIds).map((id) =>
    application.arn('environment', id),
  );
  fanOut.allow(['appconfig:ListEnvironments', 'appconfig:ListConfigurationProfiles'], [application.arn()]);
  fanOut.allow(['appconfig:ListDeployments'], [application.arn(), ...environments]);
  const deployments = environments.map((arn) => `${arn}/deployment/*`);
  fanOut.allow(['appconfig:GetDeployment'], [application.arn(), ...environments, ...deployments]);
}

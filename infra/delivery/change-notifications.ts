/** From AppConfig to the stream `changes`: the function that tells, and everything that wakes it. */

import { Duration, Stack } from 'aws-cdk-lib';
import { CfnExtension, CfnExtensionAssociation } from 'aws-cdk-lib/aws-appconfig';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import {
  changesExtension,
  changesStream,
  cursorsTable,
  deadLettersQueue,
  fanOutFunction,
  rolloutsTable,
} from '../../core/names.js';
import type { Stage } from '../../core/stages.js';
import { fanOutSettingsSchema } from '../../functions/fan-out-change/settings.js';
import { queueArn, streamArn, tableArn } from '../parts/arns.js';
import { VeltrixFunction } from '../parts/veltrix-function.js';
import type { AppConfigApplication } from './appconfig-application.js';
import { lambdaExtensionRole } from './extension-role.js';

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
    const fanOut = this.fanOut(stage);
    for (const application of Object.values(applications)) application.allowReading(fanOut);
    const extension = this.extension(stage.name, fanOut);
    for (const [name, application] of Object.entries(applications)) {
      new CfnExtensionAssociation(this, `Association-${name}`, {
        extensionIdentifier: extension.attrId,
        extensionVersionNumber: extension.attrVersionNumber,
        resourceIdentifier: application.arn(),
      });
    }
  }

  private fanOut(stage: Stage): VeltrixFunction {
    const fanOut = new VeltrixFunction(this, 'FanOut', {
      stage,
      name: fanOutFunction(stage.name),
      folder: 'fan-out-change',
      description: 'Tells every change of configuration on the stream of changes',
      settings: fanOutSettingsSchema,
      environment: {
        VELTRIX_CHANGES_STREAM: changesStream(stage.name),
        VELTRIX_CURSORS_TABLE: cursorsTable(stage.name),
        VELTRIX_ROLLOUTS_TABLE: rolloutsTable(stage.name),
      },
      memoryMb: 512,
      timeoutSeconds: fanOutTimeoutSeconds,
    });
    const stack = Stack.of(this);
    fanOut.allow(['kinesis:PutRecord'], [streamArn(stack, changesStream(stage.name))]);
    fanOut.allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [tableArn(stack, cursorsTable(stage.name))]);
    fanOut.allow(['dynamodb:BatchGetItem'], [tableArn(stack, rolloutsTable(stage.name))]);
    // The list of all applications is no resource that could be named.
    fanOut.allow(['appconfig:ListApplications'], ['*']);
    fanOut.lambda.configureAsyncInvoke({
      retryAttempts: retriesMax,
      maxEventAge: Duration.minutes(hintAgeMaxMinutes),
      onFailure: new SqsDestination(
        Queue.fromQueueArn(this, 'DeadLetters', queueArn(stack, deadLettersQueue(stage.name))),
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
    const role = lambdaExtensionRole(this, fanOut.lambda.functionArn);
    const uri = fanOut.lambda.functionArn;
    const extension = new CfnExtension(this, 'Extension', {
      name: changesExtension(stage),
      description: 'Tells Veltrix of every step of a deployment',
      // Property names within are CloudFormation's own: the map is handed on as it stands.
      actions: Object.fromEntries(
        actionPoints.map((point) => [point, [{ Name: 'tell', Uri: uri, RoleArn: role.roleArn }]]),
      ),
    });
    extension.node.addDependency(role);
    return extension;
  }
}

/** What gives the queue of one environment its turns: the end of a deployment, within seconds, and a schedule. */

import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLettersQueue } from '../../core/names.js';
import type { Stage } from '../../core/stages.js';
import { queueArn } from '../parts/arns.js';
import type { VeltrixFunction } from '../parts/veltrix-function.js';

/** As AppConfig names them on the event bus, where the guard's extension puts them. */
const endOfDeployment = ['On Deployment Complete', 'On Deployment Rolled Back'];
/** For ends that no event told of: events may be lost, and a revert may send none. */
const scheduleMinutes = 1;
/** Lambda waits a minute before it tries again, and by then the schedule has come: retries would add nothing. */
const retriesMax = 0;
/** Lambda's least. A turn that found no room for so long is told to the dead letters; the next one is on its way. */
const turnAgeMaxSeconds = 60;

export interface QueueTurnsProps {
  readonly stage: Stage;
  /** The publish function of the environment. */
  readonly publish: VeltrixFunction;
  readonly applicationId: string;
  readonly environmentId: string;
}

export class QueueTurns extends Construct {
  constructor(scope: Construct, id: string, props: QueueTurnsProps) {
    super(scope, id);
    const { stage, publish, applicationId, environmentId } = props;
    // Constant, so what an event says can never publish anything: the queue decides.
    const event = RuleTargetInput.fromObject({ advance: true });
    const targets = [new LambdaFunction(publish.lambda, { event })];
    new Rule(this, 'DeploymentEnded', {
      description: 'Starts what waits for the end of a deployment',
      eventPattern: {
        source: ['aws.appconfig'],
        detailType: endOfDeployment,
        detail: { Application: { Id: [applicationId] }, Environment: { Id: [environmentId] } },
      },
      targets,
    });
    new Rule(this, 'EveryMinute', {
      description: 'Starts what waits when no event told of the end of a deployment',
      schedule: Schedule.rate(Duration.minutes(scheduleMinutes)),
      targets,
    });
    // Of turns only: Lambda applies it to asynchronous invocations, and whoever publishes waits for the answer.
    publish.lambda.configureAsyncInvoke({
      retryAttempts: retriesMax,
      maxEventAge: Duration.seconds(turnAgeMaxSeconds),
      onFailure: new SqsDestination(this.deadLetters(stage.name)),
    });
  }

  private deadLetters(stage: string) {
    return Queue.fromQueueArn(this, 'DeadLetters', queueArn(Stack.of(this), deadLettersQueue(stage)));
  }
}

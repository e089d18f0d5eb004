/** Who shares out the work of clusters, and what has it look: record-load every few seconds while nodes report, else a schedule. */

import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { assignFunction, assignmentsTable, nodesTable } from '../../core/names.js';
import type { Stage } from '../../core/stages.js';
import { assignSettingsSchema } from '../../functions/assign-partitions/settings.js';
import { tableArn } from '../parts/arns.js';
import { VeltrixFunction } from '../parts/veltrix-function.js';

/** One whole processor (Lambda's guide): assigning is computing, and a table of 65,536 partitions is unpacked in memory. */
const memoryMb = 1769;
/** A cluster is given up after 20 seconds by the function itself. */
const timeoutSeconds = 30;
/** For fleets whose last node has died: nobody reports any more, so nobody asks. */
const scheduleMinutes = 1;
/** The next turn makes up for one that failed, and knows more. */
const retriesMax = 0;
/** Lambda's least. */
const turnAgeMaxSeconds = 60;

export interface AssignmentProps {
  readonly stage: Stage;
  /** Whose work is shared out: `treasure-hunt/staging`. */
  readonly clusters: readonly string[];
}

export class Assignment extends Construct {
  /** ARN of the function, for whoever asks it. */
  readonly functionArn: string;

  constructor(scope: Construct, id: string, { stage, clusters }: AssignmentProps) {
    super(scope, id);
    const { lambda } = this.assignPartitions(stage, clusters);
    lambda.configureAsyncInvoke({
      retryAttempts: retriesMax,
      maxEventAge: Duration.seconds(turnAgeMaxSeconds),
    });
    const event = RuleTargetInput.fromObject({ every: 'cluster' });
    new Rule(this, 'EveryMinute', {
      description: 'Looks at every cluster that has its work shared out',
      schedule: Schedule.rate(Duration.minutes(scheduleMinutes)),
      targets: [new LambdaFunction(lambda, { event })],
    });
    this.functionArn = lambda.functionArn;
  }

  private assignPartitions(stage: Stage, clusters: readonly string[]): VeltrixFunction {
    const assign = new VeltrixFunction(this, 'AssignPartitions', {
      stage,
      name: assignFunction(stage.name),
      folder: 'assign-partitions',
      description: 'Says which node has which partition, by what the fleet reports of itself',
      settings: assignSettingsSchema,
      environment: {
        VELTRIX_NODES_TABLE: nodesTable(stage.name),
        VELTRIX_ASSIGNMENTS_TABLE: assignmentsTable(stage.name),
        VELTRIX_ROUTED_CLUSTERS: JSON.stringify(clusters),
      },
      memoryMb,
      timeoutSeconds,
    });
    const stack = Stack.of(this);
    assign.allow(['dynamodb:Query'], [tableArn(stack, nodesTable(stage.name))]);
    assign.allow(
      ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
      [tableArn(stack, assignmentsTable(stage.name))],
    );
    return assign;
  }
}

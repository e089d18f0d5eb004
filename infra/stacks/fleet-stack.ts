/** What nodes report: from the stream `load` to the records, and from these to who has which work. */

import { Stack, type StackProps } from 'aws-cdk-lib';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { formatCluster } from '../../core/addresses.js';
import {
  assignFunction,
  assignmentsTable,
  deadLettersQueue,
  loadStream,
  nodesTable,
  recordLoadFunction,
  turnKey,
} from '../../core/names.js';
import type { Application } from '../../core/profiles.js';
import type { Stage } from '../../core/stages.js';
import { recordLoadSettingsSchema } from '../../functions/record-load/settings.js';
import { Assignment } from '../fleet/assignment.js';
import { queueArn, streamArn, tableArn } from '../parts/arns.js';
import { readStream } from '../parts/stream-source.js';
import { VeltrixFunction } from '../parts/veltrix-function.js';

/** A batch is written once per node: the larger it is, the fewer writes a node's reports cost. */
const batchRecords = 500;
/** How long Lambda gathers a batch: reports come every few seconds, and are looked at as often. */
const batchWindowSeconds = 1;
/** After these a batch is given up, to the dead letters: the node's next report says all it said, and more. */
const retriesMax = 5;
const recordAgeMaxSeconds = 300;

export interface FleetStackProps extends StackProps {
  readonly stage: Stage;
  readonly applications: readonly Application[];
}

export class FleetStack extends Stack {
  constructor(scope: Construct, id: string, { stage, applications, ...props }: FleetStackProps) {
    super(scope, id, props);
    const clusters = routedClusters(applications);
    const { functionArn } = new Assignment(this, 'Assignment', { stage, clusters });
    const recordLoad = this.recordLoad(stage, clusters);
    // It takes the turns, and asks for the runs.
    recordLoad.allow(['dynamodb:UpdateItem'], [tableArn(this, assignmentsTable(stage.name))], {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [turnKey('*')] },
    });
    recordLoad.allow(['lambda:InvokeFunction'], [functionArn]);
  }

  private recordLoad(stage: Stage, routed: readonly string[]): VeltrixFunction {
    const deadLetters = queueArn(this, deadLettersQueue(stage.name));
    const recordLoad = new VeltrixFunction(this, 'RecordLoad', {
      stage,
      name: recordLoadFunction(stage.name),
      folder: 'record-load',
      description: 'Folds the reports of nodes into their records',
      settings: recordLoadSettingsSchema,
      environment: {
        VELTRIX_NODES_TABLE: nodesTable(stage.name),
        VELTRIX_DEAD_LETTERS_QUEUE: deadLettersQueue(stage.name),
        VELTRIX_ASSIGNMENTS_TABLE: assignmentsTable(stage.name),
        VELTRIX_ASSIGN_FUNCTION: assignFunction(stage.name),
        VELTRIX_ROUTED_CLUSTERS: JSON.stringify(routed),
      },
      memoryMb: 512,
      timeoutSeconds: 30,
    });
    recordLoad.allow(
      ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
      [tableArn(this, nodesTable(stage.name))],
    );
    readStream(recordLoad.lambda, 'Load', {
      streamArn: streamArn(this, loadStream(stage.name)),
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchRecords,
      batchWindowSeconds,
      retriesMax,
      recordAgeMaxSeconds,
      deadLetters: Queue.fromQueueArn(this, 'DeadLetters', deadLetters),
    });
    return recordLoad;
  }
}

/** Clusters whose work is shared out. */
const routedClusters = (applications: readonly Application[]): readonly string[] =>
  applications
    .filter(({ routing }) => routing !== undefined)
    .flatMap(({ name: application, environments }) =>
      environments.map((environment) => formatCluster({ application, environment })),
    );

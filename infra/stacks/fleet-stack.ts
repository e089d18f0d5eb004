/** What nodes report: from the stream `load` to the records. */

import { Stack, type StackProps } from 'aws-cdk-lib';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { deadLettersQueue, loadStream, nodesTable, recordLoadFunction } from '../../core/names.js';
import { recordLoadSettingsSchema } from '../../functions/record-load/settings.js';
import { queueArn, streamArn, tableArn } from '../parts/arns.js';
import { readStream } from '../parts/stream-source.js';
import { VeltrixFunction } from '../parts/veltrix-function.js';
import type { Stage } from '../stages.js';

/** A batch is written once per node: the larger it is, the fewer writes a node's reports cost. */
const batchRecords = 500;
/** How long Lambda gathers a batch: reports come every few seconds, and are looked at as often. */
const batchWindowSeconds = 1;
/** After these a batch is given up, to the dead letters: the node's next report says all it said, and more. */
const retriesMax = 5;
const recordAgeMaxSeconds = 300;

export interface FleetStackProps extends StackProps {
  readonly stage: Stage;
}

export class FleetStack extends Stack {
  constructor(scope: Construct, id: string, { stage, ...props }: FleetStackProps) {
    super(scope, id, props);
    this.recordLoad(stage.name);
  }

  private recordLoad(stage: string): void {
    const deadLetters = queueArn(this, deadLettersQueue(stage));
    const recordLoad = new VeltrixFunction(this, 'RecordLoad', {
      name: recordLoadFunction(stage),
      folder: 'record-load',
      description: 'Folds the reports of nodes into their records',
      settings: recordLoadSettingsSchema,
      environment: {
        VELTRIX_NODES_TABLE: nodesTable(stage),
        VELTRIX_DEAD_LETTERS_QUEUE: deadLettersQueue(stage),
      },
      memoryMb: 512,
      timeoutSeconds: 30,
    });
    recordLoad.allow(['dynamodb:BatchGetItem', 'dynamodb:PutItem'], [tableArn(this, nodesTable(stage))]);
    readStream(recordLoad.lambda, 'Load', {
      streamArn: streamArn(this, loadStream(stage)),
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchRecords,
      batchWindowSeconds,
      retriesMax,
      recordAgeMaxSeconds,
      deadLetters: Queue.fromQueueArn(this, 'DeadLetters', deadLetters),
    });
  }
}

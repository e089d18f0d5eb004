/** What outlives every deployment: tables, streams, and the queue of what could not be handled. */

import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type CfnTable, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { type CfnStream, Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { type CfnQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import {
  assignmentsTable,
  changesStream,
  cursorsTable,
  deadLettersQueue,
  loadStream,
  nodesTable,
  queuesTable,
  rolloutsTable,
} from '../../core/names.js';
import type { Stage } from '../stages.js';

/** Days in which a consumer of changes may come back and miss nothing; each day beyond the first is paid for. */
const changesRetentionDays = 7;
/** Reports of a day ago say nothing any more. */
const loadRetentionHours = 24;
/** SQS keeps messages for at most 14 days. */
const deadLettersRetentionDays = 14;

export interface DataStackProps extends StackProps {
  readonly stage: Stage;
}

/** A logical id that changes deletes the resource behind it: here they are written down, not derived from the tree. */
type Stateful = { overrideLogicalId(id: string): void };
const pin = (resource: unknown, id: string): void => (resource as Stateful).overrideLogicalId(id);

export class DataStack extends Stack {
  constructor(scope: Construct, id: string, { stage, ...props }: DataStackProps) {
    super(scope, id, props);
    // One record a node: read by shard of its cluster, deleted after its node has been silent for an hour.
    this.table('Nodes', { name: nodesTable(stage.name), keys: ['cluster', 'node'], expires: true });
    // One cursor a profile and environment.
    this.table('Cursors', { name: cursorsTable(stage.name), keys: ['address'] });
    // One record a deployment: who published it, what the guard made of it; deleted after 400 days.
    this.table('Rollouts', {
      name: rolloutsTable(stage.name),
      keys: ['cluster', 'deployment'],
      expires: true,
    });
    // One queue an environment.
    this.table('Queues', { name: queuesTable(stage.name), keys: ['cluster'] });
    // Of each cluster: the head, the chunks that it and the one before name, the next turn, drains, and the fleet's load.
    this.table('Assignments', { name: assignmentsTable(stage.name), keys: ['cluster', 'part'] });
    this.stream('Changes', changesStream(stage.name), Duration.days(changesRetentionDays));
    this.stream('Load', loadStream(stage.name), Duration.hours(loadRetentionHours));
    this.deadLetters(deadLettersQueue(stage.name));
  }

  private table(id: string, about: { name: string; keys: [string, string?]; expires?: boolean }): void {
    const [partition, sort] = about.keys;
    const table = new Table(this, id, {
      tableName: about.name,
      partitionKey: { name: partition, type: AttributeType.STRING },
      ...(sort !== undefined && { sortKey: { name: sort, type: AttributeType.STRING } }),
      ...(about.expires && { timeToLiveAttribute: 'expiresAtSeconds' }),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    pin(table.node.defaultChild as CfnTable, `${id}Table`);
  }

  /** One shard: 1 MB and 1,000 records a second, some 5,000 nodes at a report every 5 seconds. More shards are one number. */
  private stream(id: string, name: string, retentionPeriod: Duration): void {
    const stream = new Stream(this, id, {
      streamName: name,
      streamMode: StreamMode.PROVISIONED,
      shardCount: 1,
      retentionPeriod,
      encryption: StreamEncryption.MANAGED,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    pin(stream.node.defaultChild as CfnStream, `${id}Stream`);
  }

  private deadLetters(name: string): void {
    const queue = new Queue(this, 'DeadLetters', {
      queueName: name,
      retentionPeriod: Duration.days(deadLettersRetentionDays),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    pin(queue.node.defaultChild as CfnQueue, 'DeadLettersQueue');
  }
}

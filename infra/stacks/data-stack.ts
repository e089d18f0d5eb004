/** What outlives every deployment: tables, streams, and the queue of what could not be handled. */

import { Annotations, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type CfnTable, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { type CfnStream, Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import type { IKey } from 'aws-cdk-lib/aws-kms';
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
import type { Stage } from '../../core/stages.js';
import { overTlsOnly } from '../access/tls.js';
import { tableArn } from '../parts/arns.js';
import { customerKey } from '../parts/encryption.js';
import { removalPolicy } from '../parts/removal.js';

/** SQS keeps messages for at most 14 days. */
const deadLettersRetentionDays = 14;

export interface DataStackProps extends StackProps {
  readonly stage: Stage;
}

/** A logical id that changes deletes the resource behind it: here they are written down, not derived from the tree. */
type Stateful = { overrideLogicalId(id: string): void };
const pin = (resource: unknown, id: string): void => (resource as Stateful).overrideLogicalId(id);

export class DataStack extends Stack {
  private readonly stage: Stage;
  private readonly key: IKey | undefined;

  constructor(scope: Construct, id: string, { stage, ...props }: DataStackProps) {
    super(scope, id, props);
    this.stage = stage;
    this.key = customerKey(this, stage);
    if (stage.removal === 'destroy') this.warnOfLoss();
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
    this.stream('Changes', changesStream(stage.name), Duration.days(stage.retention.changesDays));
    this.stream('Load', loadStream(stage.name), Duration.hours(stage.retention.loadHours));
    this.deadLetters(deadLettersQueue(stage.name));
  }

  private warnOfLoss(): void {
    Annotations.of(this).addWarningV2(
      'veltrix:records-are-not-kept',
      `Stage ${this.stage.name} loses its records with its stacks (removal: 'destroy'): for stages that are thrown away.`,
    );
  }

  private table(id: string, about: { name: string; keys: [string, string?]; expires?: boolean }): void {
    const [partition, sort] = about.keys;
    const table = new Table(this, id, {
      tableName: about.name,
      partitionKey: { name: partition, type: AttributeType.STRING },
      ...(sort !== undefined && { sortKey: { name: sort, type: AttributeType.STRING } }),
      ...(about.expires && { timeToLiveAttribute: 'expiresAtSeconds' }),
      billingMode: BillingMode.PAY_PER_REQUEST,
      ...(this.key
        ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: this.key }
        : { encryption: tableEncryption(this.stage) }),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      resourcePolicy: overTlsOnly(tableArn(this, about.name)),
      deletionProtection: this.stage.removal === 'retain',
      removalPolicy: removalPolicy(this.stage),
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
      // Kinesis has no key that AWS owns: without the customer's it is the one that AWS keeps in the account.
      ...(this.key
        ? { encryption: StreamEncryption.KMS, encryptionKey: this.key }
        : { encryption: StreamEncryption.MANAGED }),
      removalPolicy: removalPolicy(this.stage),
    });
    pin(stream.node.defaultChild as CfnStream, `${id}Stream`);
  }

  private deadLetters(name: string): void {
    const queue = new Queue(this, 'DeadLetters', {
      queueName: name,
      retentionPeriod: Duration.days(deadLettersRetentionDays),
      ...(this.key
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey: this.key }
        : { encryption: QueueEncryption.SQS_MANAGED }),
      enforceSSL: true,
      removalPolicy: removalPolicy(this.stage),
    });
    pin(queue.node.defaultChild as CfnQueue, 'DeadLettersQueue');
  }
}

const tableEncryption = ({ key }: Stage): TableEncryption =>
  key === 'aws-owned' ? TableEncryption.DEFAULT : TableEncryption.AWS_MANAGED;

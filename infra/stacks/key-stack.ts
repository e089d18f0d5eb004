/** A key of a stage's own, for everything that the stage keeps. In a stack of its own: infra/parts/encryption.ts says why. */

import { ArnFormat, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { AnyPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type CfnKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { keyAlias, keyArnExport } from '../../core/names.js';
import type { Stage } from '../../core/stages.js';
import { useOfKey } from '../parts/encryption.js';
import { removalPolicy } from '../parts/removal.js';

/** KMS: 7 to 30 days in which a deletion can be called off. */
const pendingDays = { retain: 30, destroy: 7 };

export interface KeyStackProps extends StackProps {
  readonly stage: Stage;
}

export class KeyStack extends Stack {
  constructor(scope: Construct, id: string, { stage, ...props }: KeyStackProps) {
    super(scope, id, props);
    const key = new Key(this, 'Key', {
      alias: keyAlias(stage.name),
      description: `Encrypts what Veltrix keeps in stage ${stage.name}`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(pendingDays[stage.removal]),
      removalPolicy: removalPolicy(stage),
    });
    (key.node.defaultChild as CfnKey).overrideLogicalId('Key');
    key.addToResourcePolicy(this.throughServices());
    key.addToResourcePolicy(this.throughGrants());
    key.addToResourcePolicy(this.logs(stage.name));
    new CfnOutput(this, 'KeyArn', { value: key.keyArn, exportName: keyArnExport(stage.name) });
  }

  /** As AWS's own keys have it: who may use a table, stream, queue or function of this account may use it with its key. */
  private throughServices(): PolicyStatement {
    return new PolicyStatement({
      sid: 'WhoMayUseTheServiceMayUseTheKeyThroughIt',
      principals: [new AnyPrincipal()],
      actions: [...useOfKey],
      resources: ['*'],
      conditions: { StringEquals: this.ownAccountThrough(['dynamodb', 'kinesis', 'lambda', 'sqs']) },
    });
  }

  /** DynamoDB and Lambda go on using the key by a grant, which is made in the name of whoever deploys. */
  private throughGrants(): PolicyStatement {
    return new PolicyStatement({
      sid: 'DynamoDBAndLambdaMayHoldGrants',
      principals: [new AnyPrincipal()],
      actions: ['kms:CreateGrant'],
      resources: ['*'],
      conditions: {
        StringEquals: this.ownAccountThrough(['dynamodb', 'lambda']),
        Bool: { 'kms:GrantIsForAWSResource': 'true' },
      },
    });
  }

  /** Logs encrypts in its own name: for log groups of the stage's functions, and no others. */
  private logs(stage: string): PolicyStatement {
    const groups = this.formatArn({
      service: 'logs',
      resource: `log-group:/aws/lambda/veltrix-${stage}-*`,
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
    return new PolicyStatement({
      sid: 'LogsOfTheFunctions',
      principals: [new ServicePrincipal(`logs.${this.region}.amazonaws.com`)],
      actions: [...useOfKey],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': groups } },
    });
  }

  private ownAccountThrough(services: readonly string[]) {
    return {
      'kms:CallerAccount': this.account,
      'kms:ViaService': services.map((service) => `${service}.${this.region}.amazonaws.com`),
    };
  }
}

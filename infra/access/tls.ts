/**
 * TLS and nothing else, where a service takes plain HTTP too and has policies of its own on resources: DynamoDB here, SQS by
 * the CDK. Kinesis, Lambda and AppConfig answer over TLS alone.
 */

import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** For a table, by its ARN. It lets nobody in: it keeps everybody out who does not come over TLS. */
export const overTlsOnly = (tableArn: string): PolicyDocument =>
  new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: 'OverTlsOnly',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['dynamodb:*'],
        resources: [tableArn],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    ],
  });

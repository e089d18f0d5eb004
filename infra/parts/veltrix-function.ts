/** A function of Veltrix: one bundle under one name, with its own role, log and variables. */

import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type * as z from 'zod';
import type { Stage } from '../../core/stages.js';
import { bundleFolder, type FunctionFolder } from '../bundle.js';
import { customerKey, useOfKey } from './encryption.js';

/** By operator, then by key: as IAM has them. */
type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface VeltrixFunctionProps<Settings extends z.ZodType> {
  /** Whose it is: says how long its log is kept, and what encrypts it. */
  readonly stage: Stage;
  /** Its name in AWS, from core/names.ts. */
  readonly name: string;
  /** Its folder under functions/. */
  readonly folder: FunctionFolder;
  readonly description: string;
  /** The schema of its environment: a variable that is missing or misspelt below does not compile. */
  readonly settings: Settings;
  readonly environment: z.input<Settings> & Record<string, string>;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Runs that may go on at once, kept free for this function alone; absent to share the account's. */
  readonly reservedConcurrency?: number | undefined;
  /** False where an answer is waited for: at the first error, Node reads and decodes a map that is larger than the bundle. */
  readonly sourceMaps?: boolean;
}

export class VeltrixFunction<Settings extends z.ZodType = z.ZodType> extends Construct {
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: VeltrixFunctionProps<Settings>) {
    super(scope, id);
    const key = customerKey(this, props.stage);
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${props.name}`,
      retention: props.stage.retention.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(key && { encryptionKey: key }),
    });
    // Of its own, instead of AWS's managed policy, which may write to every log group of the account.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: props.name,
      description: props.description,
      code: Code.fromAsset(bundleFolder(props.folder)),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_22_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      ...(props.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrency,
      }),
      environment: {
        ...props.environment,
        ...(props.sourceMaps !== false && { NODE_OPTIONS: '--enable-source-maps' }),
      },
      ...(key && { environmentEncryption: key }),
      tracing: Tracing.ACTIVE,
      logGroup,
      role,
    });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
    // A key of the stage's own admits its functions itself; what another key admits is not known here.
    if (typeof props.stage.key === 'object') this.allow(useOfKey, [props.stage.key.kmsKeyArn]);
  }

  /** Lets the function do these things to these resources, and nothing else. */
  allow(actions: readonly string[], resources: readonly string[], conditions?: Conditions): void {
    this.lambda.addToRolePolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: [...resources],
        ...(conditions && { conditions }),
      }),
    );
  }
}

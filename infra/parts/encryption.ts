/** The customer's key of a stage, where it has one: everything at rest is encrypted with it, else with keys that AWS keeps. */

import { Fn } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { keyArnExport } from '../../core/names.js';
import type { Stage } from '../../core/stages.js';

/** What services ask of a key in the name of whoever reads and writes; each by its name, so that nothing else is allowed. */
export const useOfKey = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
] as const;

/**
 * ARN of the key that the customer manages; undefined where AWS does. A key of the stage's own is in a stack of its own, so
 * that a stage can leave it: the export goes on while one stack after the other stops importing it.
 */
function customerKeyArn({ name, key }: Stage): string | undefined {
  if (key === 'aws-owned' || key === 'aws-managed') return undefined;
  return key === 'customer-managed' ? Fn.importValue(keyArnExport(name)) : key.kmsKeyArn;
}

/** The same as a construct, once in a scope. */
export function customerKey(scope: Construct, stage: Stage): IKey | undefined {
  const arn = customerKeyArn(stage);
  return arn === undefined ? undefined : Key.fromKeyArn(scope, 'CustomerKey', arn);
}

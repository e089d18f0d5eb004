/** PutItem, UpdateItem and DeleteItem: dynalite's, plus the old item in the error of a failed condition. */
import type { Json } from '../../../kernel/aws.js';
import { validationError } from '../../../kernel/operations.js';
import type { Engine } from '../engine.js';

/** Runs a write of one item, honouring `ReturnValuesOnConditionCheckFailure` (`NONE` or `ALL_OLD`). */
export function writeItem(operation: 'PutItem' | 'UpdateItem' | 'DeleteItem') {
  return (engine: Engine, input: Json): Promise<Json> => {
    const { ReturnValuesOnConditionCheckFailure: asked = 'NONE', ...rest } = input;
    if (asked !== 'NONE' && asked !== 'ALL_OLD')
      throw validationError(`ReturnValuesOnConditionCheckFailure: expected NONE or ALL_OLD, not ${asked}`);
    return engine.run(operation, rest, { returnFailedItem: asked === 'ALL_OLD' });
  };
}

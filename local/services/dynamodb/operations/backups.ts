/** UpdateContinuousBackups and DescribeContinuousBackups: recorded only, nothing is backed up. */
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import { describe, validationError } from '../../../kernel/operations.js';
import type { Engine, TableRecord } from '../engine.js';
import { recoveryDaysByDefault } from '../limits.js';

const updateInput = z.object({
  TableName: z.string(),
  PointInTimeRecoverySpecification: z.object({
    PointInTimeRecoveryEnabled: z.boolean(),
    RecoveryPeriodInDays: z.number().int().min(1).max(35).optional(),
  }),
});

export async function updateContinuousBackups(engine: Engine, input: Json): Promise<Json> {
  const parsed = updateInput.safeParse(input);
  if (!parsed.success) throw validationError(describe(parsed.error));
  const { TableName, PointInTimeRecoverySpecification: asked } = parsed.data;
  const table = await engine.changeTable(TableName, (record) => {
    const { pointInTimeRecoveryDays: _current, ...others } = record.Local ?? {};
    const days = asked.RecoveryPeriodInDays ?? recoveryDaysByDefault;
    const local = asked.PointInTimeRecoveryEnabled ? { ...others, pointInTimeRecoveryDays: days } : others;
    return { ...record, Local: local };
  });
  return description(table);
}

export async function describeContinuousBackups(engine: Engine, input: Json): Promise<Json> {
  const { TableName } = z.object({ TableName: z.string() }).parse(input);
  return description(await engine.table(TableName));
}

function description(table: TableRecord): Json {
  const days = table.Local?.pointInTimeRecoveryDays;
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription:
        days === undefined
          ? { PointInTimeRecoveryStatus: 'DISABLED' }
          : { PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: days },
    },
  };
}

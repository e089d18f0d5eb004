/** Account settings, and the deletion protection they switch. */
import * as z from 'zod';
import { defineOperation } from '../../../kernel/operations.js';
import type { AppConfig } from '../context.js';
import { conflict } from '../errors.js';
import { protectionGraceMs, protectionPeriodMinutes } from '../limits.js';
import { integer } from './members.js';

export const getAccountSettings = defineOperation({
  input: z.strictObject({}),
  run: ({ state }: AppConfig) => ({ ...state.settings }),
});

/** What is left out stays. `VendedMetrics` is recorded: there are no metrics here. */
export const updateAccountSettings = defineOperation({
  input: z.strictObject({
    DeletionProtection: z
      .strictObject({
        Enabled: z.boolean().optional(),
        ProtectionPeriodInMinutes: integer(protectionPeriodMinutes).optional(),
      })
      .optional(),
    VendedMetrics: z.strictObject({ Enabled: z.boolean().optional() }).optional(),
  }),
  run({ state }: AppConfig, input) {
    const { DeletionProtection, VendedMetrics } = state.settings;
    const asked = input.DeletionProtection;
    state.settings = {
      DeletionProtection: {
        Enabled: asked?.Enabled ?? DeletionProtection.Enabled,
        ProtectionPeriodInMinutes:
          asked?.ProtectionPeriodInMinutes ?? DeletionProtection.ProtectionPeriodInMinutes,
      },
      VendedMetrics: { Enabled: input.VendedMetrics?.Enabled ?? VendedMetrics.Enabled },
    };
    return { ...state.settings };
  },
});

/** Header `x-amzn-deletion-protection-check` of the two deletions that are protected. */
export const protectionCheck = z.enum(['ACCOUNT_DEFAULT', 'APPLY', 'BYPASS']).default('ACCOUNT_DEFAULT');

interface Protected {
  readonly Id: string;
  readonly createdAtMs: number;
}

/**
 * Throws ConflictException when a poll of the environment or profile was served within the protection period. BYPASS
 * skips the check; APPLY makes it even when the account has it off, and for resources younger than an hour.
 */
export function assertUnprotected(
  { state, clock }: AppConfig,
  resource: Protected,
  check: z.infer<typeof protectionCheck>,
): void {
  const { Enabled, ProtectionPeriodInMinutes: minutes } = state.settings.DeletionProtection;
  const nowMs = clock.now();
  const byDefault = Enabled && nowMs - resource.createdAtMs >= protectionGraceMs;
  const servedAtMs = state.accesses.get(resource.Id);
  if (check === 'BYPASS' || !(check === 'APPLY' || byDefault) || servedAtMs === undefined) return;
  if (nowMs - servedAtMs > minutes * 60_000) return;
  throw conflict(
    `Deletion protection: ${resource.Id} was read within the last ${minutes} minutes (DeletionProtectionCheck BYPASS skips this check)`,
  );
}

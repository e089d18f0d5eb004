/** What an owner says about the guard of a profile: what a signal may do, what is never acceptable, and what silence means. */

import * as z from 'zod';

/** What a guard watches. The first four are facts about nodes, the last two are proportions of requests. */
export const guardSignals = ['refusals', 'crashes', 'silence', 'health', 'errors', 'slow'] as const;
export type GuardSignal = (typeof guardSignals)[number];

/** What a finding may lead to, the strongest first. AppConfig cannot pause a rollout, so nothing promises to hold one. */
export const signalActions = ['rollback', 'warn', 'observe'] as const;
export type SignalAction = (typeof signalActions)[number];

const action = z.enum(signalActions);
/** A share of requests that is too much whatever the previous version does. */
const ceilingPercent = z.number().gt(0).max(100);

/** Everything has a default: `guardSettingsSchema.parse({})` is a guard that is on. */
export const guardSettingsSchema = z.strictObject({
  enabled: z.boolean().default(true),
  actions: z
    .strictObject({
      refusals: action.default('rollback'),
      crashes: action.default('rollback'),
      silence: action.default('rollback'),
      // `degraded` says that AWS cannot be reached: rarely the version's doing.
      health: action.default('warn'),
      errors: action.default('rollback'),
      slow: action.default('rollback'),
    })
    .prefault({}),
  /** On the nodes that hold the version under test; without one, only comparisons decide. */
  ceilings: z
    .strictObject({
      errorsPercent: ceilingPercent.exactOptional(),
      slowPercent: ceilingPercent.exactOptional(),
    })
    .prefault({}),
  /** Requests of a node's first moments with a version are not held against it: caches are cold. */
  warmUpSeconds: z.number().min(0).max(600).default(10),
  /** What the last look of a rollout does that nobody could judge. `rollback` is for critical profiles. */
  inconclusiveAtTheEnd: z.enum(['accept', 'rollback']).default('accept'),
  /**
   * What looks without inputs do: records cannot be read, there are none, or none arrived for a minute. Counted in either case.
   * `rollback` acts on the second in a row: a single one is a read that failed.
   */
  withoutInputs: z.enum(['accept', 'rollback']).default('accept'),
  /** A request that takes longer counts as slow; without it, the node's own option decides. */
  latencyObjectiveMs: z.number().positive().exactOptional(),
});
export type GuardSettings = z.output<typeof guardSettingsSchema>;
/**
 * The same, of an owner who wants nothing rolled back. An undo is told of and never taken back: that would bring back what
 * somebody, or the guard itself, has found to do harm.
 */
export const withoutRollback = (settings: GuardSettings): GuardSettings => ({
  ...settings,
  actions: {
    refusals: warning(settings.actions.refusals),
    crashes: warning(settings.actions.crashes),
    silence: warning(settings.actions.silence),
    health: warning(settings.actions.health),
    errors: warning(settings.actions.errors),
    slow: warning(settings.actions.slow),
  },
  inconclusiveAtTheEnd: 'accept',
  withoutInputs: 'accept',
});

const warning = (wanted: SignalAction): SignalAction => (wanted === 'rollback' ? 'warn' : wanted);

/** As an owner writes it: only what differs from the defaults. */
export type GuardOptions = z.input<typeof guardSettingsSchema>;

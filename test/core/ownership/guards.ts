/** Every guard of the rule, and what is left when it is taken out. */

import type { Break } from './broken.js';

const step = 'core/ownership/step.ts';
const stand = 'core/ownership/ownership.ts';
const grants = 'core/ownership/grants.ts';
const world = 'bench/simulations/ownership/world.ts';

const one = (file: string, guard: string, instead: string): readonly Break[] => [{ file, guard, instead }];

export const guards: Readonly<Record<string, readonly Break[]>> = {
  'a lease begins when the read of a new generation started, not when it ended': one(
    step,
    'draft.readStartedMs = startedMs;',
    'draft.readStartedMs = nowMs;',
  ),
  'a lease is renewed from when the read started, not when it ended': one(
    step,
    '    return;\n  }\n  renew(draft, startedMs);',
    '    return;\n  }\n  renew(draft, nowMs);',
  ),
  'a confirmation renews from when it started': one(
    step,
    'renew(draft, event.startedMs);',
    'renew(draft, event.nowMs);',
  ),
  'only the held generation can be confirmed': one(step, 'event.generation === draft.generation', 'true'),
  'a reader never goes back': [
    { file: step, guard: '  if (table.generation < draft.generation) return;\n', instead: '' },
    {
      file: step,
      guard: 'table.generation > draft.generation',
      instead: 'table.generation !== draft.generation',
    },
  ],
  'a new owner waits': one(step, 'nowMs + waitMs', 'nowMs'),
  'a wait begins when the read ended, not when it started': one(
    step,
    'nowMs + waitMs',
    'draft.readStartedMs + waitMs',
  ),
  'a wait is a lease and a margin': one(
    'core/ownership/lease.ts',
    'waitMs = leaseMs + marginMs',
    'waitMs = leaseMs',
  ),
  'finishing ends with the lease': one(
    step,
    'Math.min(nowMs + handOverMs, leaseEndMs(draft))',
    'nowMs + handOverMs',
  ),
  'admitting asks the clock': one(
    stand,
    "holding?.kind === 'serving' && nowMs < admitsUntilMs(ownership)",
    "holding?.kind === 'serving'",
  ),
  'what is being finished is not let go of': one(
    stand,
    "if (holding.kind === 'finishing') letGo = Math.min(letGo, holding.heldIn);",
    '',
  ),
  'what is being finished was held in the generation before': one(
    step,
    'heldIn: draft.generation,',
    'heldIn: draft.generation + 1,',
  ),
  'what waits has not begun': one(
    stand,
    "if (resting?.kind === 'waiting') begun = Math.min(begun, resting.began - 1);",
    '',
  ),
  'what has stopped does not say that it began': one(stand, '[forGood, 0]', '[forGood, generation]'),
  'what drains or has stopped begins nothing': one(step, " && draft.phase === 'running'", ''),
  'a grant is for one life, not for a name': one(
    step,
    ' && livesOf(grant).some((life) => isSameLife(life, self))',
    '',
  ),
  'a new life is a new epoch': one(grants, 'epoch: before.epoch + 1', 'epoch: slot.epoch'),
  'the owner before is waited for': one(
    grants,
    '[...cleared(before, input).waitsFor, ...livesOf(before)]',
    '[...cleared(before, input).waitsFor]',
  ),
  'who was waited for before is waited for still': one(
    grants,
    '[...cleared(before, input).waitsFor, ...livesOf(before)]',
    '[...livesOf(before)]',
  ),
  'who is not named for want of room is waited for': [
    { file: grants, guard: 'waitsForMax = 4', instead: 'waitsForMax = 1' },
    {
      file: grants,
      guard: 'waitsFor.length > waitsForMax ? [anybody] : waitsFor',
      instead: 'waitsFor.slice(-waitsForMax)',
    },
  ],
  'letting go counts from the generation that took it': one(
    grants,
    '?? 0) < grant.began',
    '?? 0) < grant.began - 1',
  ),
  'having begun counts from the generation that granted it': one(
    grants,
    '?? 0) >= grant.began',
    '?? 0) >= grant.began - 1',
  ),
  'a claim is of one life': one(
    'bench/simulations/ownership/writer.ts',
    'record?.incarnation === incarnation ? record.claim : undefined',
    'record?.claim',
  ),
  'a table is written only over the one it was computed from': one(
    world,
    'written && this.table.generation === previous.generation',
    'written && this.table.generation <= written.generation',
  ),
  'a read shows what was written before it started': one(
    'bench/simulations/ownership/process.ts',
    'const { table } = this.#world;',
    'const table = this.replica ?? this.#world.table; this.replica = this.#world.table;',
  ),
};

/** Seeds that showed it when it was last looked for: they are tried first. Who is not here is found by the first few. */
export const shownBy: Readonly<Record<string, number>> = {
  'a lease is renewed from when the read started, not when it ended': 12,
  'a confirmation renews from when it started': 4,
  'a reader never goes back': 14,
  'a wait is a lease and a margin': 4,
  'finishing ends with the lease': 12,
  'what is being finished was held in the generation before': 35,
  'what has stopped does not say that it began': 54,
  'what drains or has stopped begins nothing': 7,
  'who is not named for want of room is waited for': 13,
  'a table is written only over the one it was computed from': 5,
};

import { describe, expect, it } from 'vitest';
import type { GuardMemory, RolloutRecords } from '../../../core/delivery/rollout-records.js';
import { cluster, goesOn, looks, rollout, type Through, type World, watcher, world } from './watcher.js';

/** Two containers that both read the memory before either writes, at every look; the loser's second read passes. */
function meeting(): Through {
  let reads = 0;
  let meet = () => {};
  return {
    outside: (outside) => ({
      ...outside,
      rollouts: {
        ...outside.rollouts,
        async readGuard(...where) {
          const memory = await outside.rollouts.readGuard(...where);
          reads += 1;
          if (reads % 3 === 1) await new Promise<void>((resolve) => (meet = resolve));
          if (reads % 3 === 2) meet();
          return memory;
        },
      },
    }),
  };
}

const memoryOf = (about: World): Promise<GuardMemory> => about.rollouts.readGuard(cluster, 2);

describe('two runs over one memory', () => {
  it('lose nothing and count nothing twice, and both say the same', async () => {
    const alone = await world();
    const expected = await looks(alone, watcher(alone).tick, rollout(60));

    const about = await world();
    const through = meeting();
    const [one, other] = [watcher(about, through), watcher(about, through)];
    const answers: unknown[] = [];
    for (const nodes of rollout(60)) {
      await about.report(nodes);
      answers.push(await Promise.all([one.tick(), other.tick()]));
      await about.clock.advance(60_000);
    }
    expect(answers).toEqual(expected.map((answer) => [answer, answer]));
    const [{ state, report, revision }, reference] = [await memoryOf(about), await memoryOf(alone)];
    expect(state?.tested).toEqual(reference.state?.tested);
    expect(state?.errors).toEqual(reference.state?.errors);
    expect([report?.looks, revision]).toEqual([8, 8]);
    expect(one.counts()).toEqual({ GuardLooks: 4, GuardWarnings: 1, GuardRollbacks: 1 });
    expect(other.counts()).toEqual(one.counts());
  });

  it('read once more and no more: whoever loses twice answers by its own judgement', async () => {
    const about = await world();
    await looks(about, watcher(about).tick, rollout(60).slice(0, 3));
    await about.report(rollout(60)[3] ?? {});
    let reads = 0;
    const losing = (rollouts: Pick<RolloutRecords, 'read' | 'readGuard' | 'writeGuard'>) => ({
      read: rollouts.read,
      readGuard: (...where: Parameters<RolloutRecords['readGuard']>) => {
        reads += 1;
        return rollouts.readGuard(...where);
      },
      writeGuard: async () => 'lost' as const,
    });
    const loser = watcher(about, {
      outside: (outside) => ({ ...outside, rollouts: losing(outside.rollouts) }),
    });
    expect((await loser.tick()).Directive).toBe('ROLL_BACK');
    expect(reads).toBe(2);
    expect(loser.counts()).toEqual({ GuardLooks: 1, GuardRollbacks: 1, GuardReportsUnkept: 1 });
  });

  it('judge from what the other one kept', async () => {
    const about = await world();
    const steps = rollout(60);
    const other = watcher(about);
    await looks(about, other.tick, steps.slice(0, 2));
    let overtaken = false;
    const { tick, counts } = watcher(about, {
      outside: (outside) => ({
        ...outside,
        rollouts: {
          ...outside.rollouts,
          async writeGuard(...memory) {
            if (!overtaken) await other.tick();
            overtaken = true;
            return outside.rollouts.writeGuard(...memory);
          },
        },
      }),
    });
    await about.report(steps[2] ?? {});
    expect(await tick()).toEqual(goesOn);
    expect((await memoryOf(about)).report?.looks).toBe(4);
    expect(counts()).toEqual({ GuardLooks: 1, GuardWarnings: 1 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeRecord } from '../../../core/fleet/node-records.js';
import { answerWithinMs } from '../../../functions/guard-rollout/handler.js';
import type { Outside } from '../../../functions/guard-rollout/inputs.js';
import type { TickAnswer } from '../../../functions/guard-rollout/tick.js';
import { directory } from '../fan-out-change/teller.js';
import {
  cluster,
  goesOn,
  looks,
  minuteMs,
  newLabel,
  oldLabel,
  rollout,
  tickEvent,
  type World,
  watcher,
  world,
} from './watcher.js';

const never = new Promise<never>(() => undefined);
const fails = () => Promise.reject(new Error('no network'));

/** Waits on the virtual clock, as a slow network would. */
const slowly = (about: World, ms: number) =>
  new Promise<void>((resolve) => about.clock.setTimer(resolve, ms));

/** The answer, and when it came; time passes until then. */
async function answered(about: World, work: Promise<TickAnswer>) {
  const beganMs = about.clock.monotonicMs();
  let done: { answer: TickAnswer; afterMs: number } | undefined;
  void work.then((answer) => {
    done = { answer, afterMs: about.clock.monotonicMs() - beganMs };
  });
  for (let passedMs = 0; passedMs <= 10_000 && !done; passedMs += 100) await about.clock.advance(100);
  if (!done) throw new Error('no answer within 10 s');
  return done;
}

async function reported() {
  const about = await world();
  await about.report({ a: { label: oldLabel }, b: { label: oldLabel } });
  return about;
}

const reportOf = async (about: World) => (await about.rollouts.read(cluster, [2])).get(2)?.guard;

const without: Readonly<Record<string, (outside: Outside) => Outside>> = {
  'the nodes’ records': (outside) => ({ ...outside, records: { sample: fails } }),
  'any record': (outside) => ({
    ...outside,
    records: { sample: async () => ({ records: [], isWhole: true }) },
  }),
  'its memory': (outside) => ({ ...outside, rollouts: { ...outside.rollouts, readGuard: fails } }),
  AppConfig: (outside) => ({
    ...outside,
    storeOf: (...ids) => ({ ...outside.storeOf(...ids), deployment: fails }),
  }),
  'an answer about its memory': (outside) => ({
    ...outside,
    rollouts: { ...outside.rollouts, readGuard: () => never },
  }),
  'an answer about the records': (outside) => ({ ...outside, records: { sample: () => never } }),
};

describe('a look without inputs', () => {
  it.each(Object.entries(without))('without %s goes on, and is counted as blind', async (_, outside) => {
    const about = await reported();
    const { tick, counts } = watcher(about, { outside });
    const { answer, afterMs } = await answered(about, tick());
    expect(answer).toEqual(goesOn);
    expect(afterMs).toBeLessThanOrEqual(answerWithinMs);
    expect(counts()).toMatchObject({ GuardLooks: 1, GuardBlind: 1 });
  });

  it.each(Object.entries(without))(
    'without %s rolls back at the second in a row where the owner says so',
    async (_, outside) => {
      const about = await reported();
      const { tick, counts } = watcher(about, { outside, guard: { withoutInputs: 'rollback' } });
      expect((await answered(about, tick())).answer).toEqual(goesOn);
      const { answer } = await answered(about, tick());
      expect(answer).toMatchObject({
        Directive: 'ROLL_BACK',
        Description: expect.stringMatching(
          /^Veltrix guard: inconclusive: not judged at 2 looks in a row: .+; its owner accepts/,
        ),
      });
      expect(counts()).toMatchObject({ GuardBlind: 2, GuardRollbacks: 1 });
    },
  );

  it('says why in the report, where it can still be written', async () => {
    const about = await reported();
    const { tick, lines } = watcher(about, {
      outside: (outside) => ({ ...outside, records: { sample: () => never } }),
    });
    await answered(about, tick());
    expect(await reportOf(about)).toMatchObject({
      verdict: 'inconclusive',
      action: 'none',
      looks: 1,
      blind: { why: 'it took too long', looks: 1 },
    });
    expect(lines()).toContain('error could not read an input ServiceUnavailable: it took too long');
  });

  it('waits for a first deployment’s nodes, which cannot start without it, whatever the policy', async () => {
    const about = await world();
    const { tick } = watcher(about, { guard: { withoutInputs: 'rollback' } });
    for (let times = 0; times < 3; times++) expect(await tick({ DeploymentNumber: 1 })).toEqual(goesOn);
    expect(await tick()).toEqual(goesOn);
    expect((await tick()).Directive).toBe('ROLL_BACK');
  });

  it('keeps what was known, and judges on from there when it sees again', async () => {
    const about = await world();
    const harm = rollout(60, 5);
    const seeing = watcher(about);
    await looks(about, seeing.tick, harm.slice(0, 3));
    const blindOne = watcher(about, { outside: (outside) => ({ ...outside, records: { sample: fails } }) });
    await looks(about, blindOne.tick, harm.slice(3, 4));
    expect(await reportOf(about)).toMatchObject({
      looks: 4,
      blind: { looks: 1 },
      nodes: { tested: 2, previous: 2 },
    });
    expect((await looks(about, seeing.tick, harm.slice(4)))[0]).toMatchObject({ Directive: 'ROLL_BACK' });
  });

  it('takes back no undo, though nothing says that it is one but the question', async () => {
    const about = await reported();
    const guard = { withoutInputs: 'rollback', inconclusiveAtTheEnd: 'rollback' } as const;
    const { AppConfig } = without;
    const { tick } = watcher(about, { guard, ...(AppConfig && { outside: AppConfig }) });
    const undo = { Description: 'rollback of deployment 1: errors doubled (anna)' };
    for (let times = 0; times < 3; times++) expect(await tick(undo)).toEqual(goesOn);
    expect((await tick()).Directive).toBe('ROLL_BACK');
  });

  it('counts as blind when nobody says whose rollout it is', async () => {
    const about = await world();
    const { tick, counts } = watcher(about, { directory: { ...directory, applications: () => never } });
    const { answer, afterMs } = await answered(about, tick({ Application: { Id: 'app-id' } }));
    expect([answer, afterMs]).toEqual([goesOn, 1_500]);
    expect(counts()).toEqual({ GuardBlind: 1 });
  });

  it('judges a version that nobody labelled as little as one without nodes', async () => {
    const about = await reported();
    const unlabelled = (outside: Outside): Outside => ({
      ...outside,
      storeOf: (...ids) => {
        const store = outside.storeOf(...ids);
        const { deployment } = store;
        return {
          ...store,
          deployment: async (number) => {
            const { label: _, ...rest } = await deployment(number);
            return rest;
          },
        };
      },
    });
    expect(await watcher(about, { outside: unlabelled }).tick()).toEqual(goesOn);
    expect((await reportOf(about))?.blind?.why).toBe(
      'version 2 of gameplay has no label to know its nodes by',
    );
  });
});

describe('the last look, without its memory', () => {
  const baking = { DeploymentState: 'BAKING', PercentageComplete: '100.0' };
  const guard = { inconclusiveAtTheEnd: 'rollback' } as const;
  const unreadable = (outside: Outside): Outside => ({
    ...outside,
    rollouts: { ...outside.rollouts, readGuard: async () => ({ revision: 4 }) },
  });

  /** A rollout whose looks come to a verdict, and then its end. */
  async function ending(errors: number) {
    const about = await world();
    await looks(
      about,
      watcher(about, { guard: { ...guard, actions: { errors: 'warn' } } }).tick,
      rollout(errors),
    );
    await about.clock.advance(60 * minuteMs);
    await about.report(rollout(errors, 5)[4] ?? {});
    return about;
  }

  it.each([
    ['cannot be asked for', without['its memory']],
    ['cannot be read', unreadable],
  ])('that %s stands by what the rollout’s own record says', async (_, outside = unreadable) => {
    const about = await ending(1);
    const { tick, lines } = watcher(about, { guard, outside });
    expect(await tick(baking)).toEqual(goesOn);
    expect(lines()).toContain('"verdict":"healthy"');
  });

  it('stands by what this container said, when nothing answers', async () => {
    const about = await world();
    let isDown = false;
    const outside = (fine: Outside): Outside =>
      isDown ? { ...fine, rollouts: { ...fine.rollouts, read: fails, readGuard: fails } } : fine;
    const { tick } = watcher(about, { guard, outside });
    await looks(about, tick, rollout(1));
    await about.clock.advance(60 * minuteMs);
    await about.report(rollout(1, 5)[4] ?? {});
    isDown = true;
    expect(await tick(baking)).toEqual(goesOn);
    expect((await watcher(about, { guard, outside }).tick(baking)).Directive).toBe('ROLL_BACK');
  });

  it('knows nothing of another deployment', async () => {
    const about = await ending(1);
    const { tick } = watcher(about, { guard, outside: unreadable });
    await tick({ ...baking, DeploymentNumber: 1 });
    const { rollouts } = about;
    const empty = watcher(about, {
      guard,
      outside: (fine) => ({
        ...unreadable(fine),
        rollouts: { ...rollouts, read: async () => new Map(), readGuard: async () => ({ revision: 4 }) },
      }),
    });
    await empty.tick({ ...baking, DeploymentNumber: 1 });
    expect((await empty.tick(baking)).Directive).toBe('ROLL_BACK');
  });

  it('still finds harm that needs no memory', async () => {
    const about = await ending(1);
    const refused = { label: newLabel, reason: 'no' };
    await about.report({ a: { label: oldLabel, refused }, b: { label: oldLabel, refused } });
    expect((await watcher(about, { guard, outside: unreadable }).tick(baking)).Directive).toBe('ROLL_BACK');
  });
});

describe('a judgement that cannot be kept', () => {
  it.each([
    ['fails', fails],
    ['never ends', () => never],
  ])('stands all the same, in time, where writing %s', async (_, writeGuard) => {
    const about = await world();
    const { tick } = watcher(about);
    await looks(about, tick, rollout(60).slice(0, 3));
    await about.report(rollout(60)[3] ?? {});
    const stuck = watcher(about, {
      outside: (outside) => ({ ...outside, rollouts: { ...outside.rollouts, writeGuard } }),
    });
    const { answer, afterMs } = await answered(about, stuck.tick());
    expect(answer.Directive).toBe('ROLL_BACK');
    expect(afterMs).toBeLessThanOrEqual(answerWithinMs);
    expect(stuck.counts()).toEqual({ GuardLooks: 1, GuardRollbacks: 1, GuardReportsUnkept: 1 });
  });
});

describe('its own defects', () => {
  it('hold nobody up: it goes on, and says that it failed', async () => {
    const about = await reported();
    const { tick, counts, lines } = watcher(about, {
      guard: { withoutInputs: 'rollback' },
      outside: (outside) => ({
        ...outside,
        // Not what the port promises: only a defect would bring it.
        records: { sample: async () => ({ records: [undefined as unknown as NodeRecord], isWhole: true }) },
      }),
    });
    expect(await tick()).toEqual(goesOn);
    expect(counts()).toEqual({ GuardFailed: 1 });
    expect(lines()).toContain('error could not judge TypeError');
  });
});

describe('whatever is missing, late, broken or doubled', () => {
  const fault = fc.constantFrom('fine', 'fails', 'never', 'slow', 'twice') as fc.Arbitrary<
    'fine' | 'fails' | 'never' | 'slow' | 'twice'
  >;
  const faults = fc.record({
    sample: fault,
    memory: fault,
    facts: fault,
    write: fault,
    delayMs: fc.nat(3_000),
  });
  const policy = fc.constantFrom<'accept' | 'rollback'>('accept', 'rollback');

  it('is answered with go on or roll back, in time', async () => {
    const property = fc.asyncProperty(faults, policy, fc.nat(4), async (given, withoutInputs, passed) => {
      const about = await world();
      const through = <Args extends unknown[], T>(
        kind: typeof given.sample,
        call: (...args: Args) => Promise<T>,
      ) => {
        return async (...args: Args): Promise<T> => {
          if (kind === 'fails') throw new Error('no network');
          if (kind === 'never') return never;
          if (kind === 'slow') await slowly(about, given.delayMs);
          if (kind === 'twice') await call(...args);
          return call(...args);
        };
      };
      const { tick } = watcher(about, {
        guard: { withoutInputs },
        outside: (outside) => ({
          records: { sample: through(given.sample, outside.records.sample) },
          rollouts: {
            read: through(given.memory, outside.rollouts.read),
            readGuard: through(given.memory, outside.rollouts.readGuard),
            writeGuard: through(given.write, outside.rollouts.writeGuard),
          },
          storeOf: (...ids) => {
            const store = outside.storeOf(...ids);
            return { ...store, deployment: through(given.facts, store.deployment) };
          },
        }),
      });
      for (const nodes of rollout(60, passed)) {
        await about.report(nodes);
        const { answer, afterMs } = await answered(about, tick());
        expect(['CONTINUE', 'ROLL_BACK']).toContain(answer.Directive);
        expect(afterMs).toBeLessThanOrEqual(answerWithinMs);
        await about.clock.advance(minuteMs);
      }
    });
    await fc.assert(property, { numRuns: 150 });
  }, 120_000);

  it('is answered, whatever the event is', async () => {
    const about = await reported();
    const { handle } = watcher(about);
    const part = fc.anything();
    const broken = fc
      .tuple(fc.constantFrom(...Object.keys(tickEvent)), part)
      .map(([member, value]) => ({ ...tickEvent, [member]: value }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(part, broken), async (event) => {
        expect((await handle(event)).Directive).toBe('CONTINUE');
      }),
      { numRuns: 300 },
    );
  });
});

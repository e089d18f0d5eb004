import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeploymentState, DeploymentSummary } from '../../../core/delivery/deployments.js';
import {
  decideRollback,
  nextStep,
  type RollbackEfforts,
  type RollbackGoal,
  reachesFarEnough,
} from '../../../core/delivery/rollback.js';
import { epochMs } from '../../../core/time.js';

const hourMs = 60 * 60 * 1000;
const startMs = Date.UTC(2026, 0, 1);
const nothingDone: RollbackEfforts = { stopped: [], refused: [] };

/** `rules 2 COMPLETE`, oldest first, an hour apart, each complete after half an hour. */
function listed(...lines: string[]): DeploymentSummary[] {
  return lines
    .map((line, index) => {
      const [profile = '', version, state] = line.split(' ');
      const startedMs = startMs + index * hourMs;
      return deployment(index + 1, {
        profile,
        version: Number(version),
        state: state as DeploymentState,
        startedMs,
      });
    })
    .toReversed();
}

function deployment(
  number: number,
  about: { profile: string; version: number; state: DeploymentState; startedMs: number },
): DeploymentSummary {
  const { startedMs, ...rest } = about;
  return {
    number,
    ...rest,
    label: `v${about.version}-00000000`,
    percentage: about.state === 'DEPLOYING' ? 40 : 100,
    startedAt: new Date(startedMs).toISOString(),
    ...(about.state === 'COMPLETE' && { completedAtMs: epochMs(startedMs + hourMs / 2) }),
  };
}

const rules = { profile: 'rules' };
const decided = (newestFirst: readonly DeploymentSummary[], to?: number) => {
  const decision = decideRollback({ ...rules, to }, newestFirst);
  if (decision.kind !== 'undo') return decision.kind;
  const { undoes, back } = decision.goal;
  return `deployment ${undoes.number}, v${undoes.version} -> ${back ? `v${back.version}` : 'nothing'}`;
};

function goalOf(newestFirst: readonly DeploymentSummary[], to?: number): RollbackGoal {
  const decision = decideRollback({ ...rules, to }, newestFirst);
  if (decision.kind !== 'undo') throw new Error(decision.kind);
  return decision.goal;
}

const laterMs = (hours: number) => epochMs(startMs + hours * hourMs);

function step(
  newestFirst: readonly DeploymentSummary[],
  given: { goal?: RollbackGoal; efforts?: Partial<RollbackEfforts>; hours?: number } = {},
) {
  const { goal = goalOf(newestFirst), efforts = {}, hours = 10 } = given;
  return nextStep(goal, newestFirst, { efforts: { ...nothingDone, ...efforts }, now: laterMs(hours) });
}

describe('what is undone', () => {
  it.each([
    ['a running one', ['rules 1 COMPLETE', 'rules 2 DEPLOYING'], 'deployment 2, v2 -> v1'],
    ['one that bakes', ['rules 1 COMPLETE', 'rules 2 BAKING'], 'deployment 2, v2 -> v1'],
    ['the first while it runs', ['rules 1 DEPLOYING'], 'deployment 1, v1 -> nothing'],
    ['the deployed one', ['rules 1 COMPLETE', 'rules 2 COMPLETE'], 'deployment 2, v2 -> v1'],
    [
      'past one that was rolled back',
      ['rules 1 COMPLETE', 'rules 2 ROLLED_BACK', 'rules 3 COMPLETE'],
      'deployment 3, v3 -> v1',
    ],
    [
      'past one that was reverted',
      ['rules 1 COMPLETE', 'rules 2 REVERTED', 'rules 3 COMPLETE'],
      'deployment 3, v3 -> v1',
    ],
    [
      'past one that was undone by going back',
      ['rules 1 COMPLETE', 'rules 2 COMPLETE', 'rules 1 COMPLETE', 'rules 3 COMPLETE'],
      'deployment 4, v3 -> v1',
    ],
    [
      'past the same version deployed by hand once more',
      ['rules 1 COMPLETE', 'rules 2 COMPLETE', 'rules 2 COMPLETE'],
      'deployment 3, v2 -> v1',
    ],
    [
      'of this profile only',
      ['rules 1 COMPLETE', 'rules 2 COMPLETE', 'other 7 COMPLETE', 'other 8 DEPLOYING'],
      'deployment 2, v2 -> v1',
    ],
    ['nothing, where nothing was', ['other 1 COMPLETE'], 'nothing-deployed'],
    ['nothing, where the first was rolled back', ['rules 1 ROLLED_BACK'], 'nothing-deployed'],
    ['nothing, where the deployed one is the first', ['rules 1 COMPLETE'], 'nothing-earlier'],
    [
      'nothing, where it was rolled back already',
      ['rules 1 COMPLETE', 'rules 2 COMPLETE', 'rules 3 ROLLED_BACK'],
      'undone-already',
    ],
    [
      'nothing, where it was reverted already',
      ['rules 1 COMPLETE', 'rules 2 COMPLETE', 'rules 3 REVERTED'],
      'undone-already',
    ],
    [
      'nothing, where somebody went back already',
      ['rules 1 COMPLETE', 'rules 2 COMPLETE', 'rules 3 COMPLETE', 'rules 2 COMPLETE'],
      'undone-already',
    ],
  ])('is %s', (_, lines, expected) => {
    expect(decided(listed(...lines))).toBe(expected);
  });

  it.each([
    [1, 'deployment 3, v3 -> v1'],
    [2, 'deployment 3, v3 -> v2'],
    [3, 'in-force'],
    [4, 'deployment 3, v3 -> v4'],
    [5, 'never-here'],
    [9, 'never-here'],
  ])('goes to version %i where it is named', (to, expected) => {
    const lines = ['rules 1 COMPLETE', 'rules 2 COMPLETE', 'rules 3 COMPLETE', 'rules 4 REVERTED'];
    expect(decided(listed(...lines, 'rules 5 ROLLED_BACK', 'other 9 COMPLETE'), to)).toBe(expected);
  });

  it('stops what runs for a version that is named, also where that is the deployed one', () => {
    const running = listed('rules 1 COMPLETE', 'rules 2 COMPLETE', 'rules 3 DEPLOYING');
    expect(decided(running, 1)).toBe('deployment 3, v3 -> v1');
    expect(decided(running, 2)).toBe('deployment 3, v3 -> v2');
    expect(decided(running, 3)).toBe('in-force');
  });

  it('names what was undone, what is deployed, and what would be further back', () => {
    const lists = listed('rules 1 COMPLETE', 'rules 2 COMPLETE', 'rules 3 REVERTED');
    expect(decideRollback(rules, lists)).toMatchObject({
      kind: 'undone-already',
      undone: { number: 3 },
      deployed: { number: 2 },
      earlier: { number: 1 },
    });
  });
});

it('is never what was undone by going back, not even as a hint', () => {
  const decision = decideRollback(rules, listed('rules 1 COMPLETE', 'rules 2 COMPLETE', 'rules 1 COMPLETE'));
  expect(decision).toMatchObject({ kind: 'undone-already', undone: { version: 2 }, deployed: { number: 3 } });
  expect(decision).not.toHaveProperty('earlier');
});

describe('the next step', () => {
  const two = ['rules 1 COMPLETE', 'rules 2 COMPLETE'];

  it('stops a running one', () => {
    expect(step(listed('rules 1 COMPLETE', 'rules 2 DEPLOYING'))).toMatchObject({
      kind: 'stop',
      deployment: { number: 2 },
    });
  });

  it('leaves alone what is on its way back, by itself or by request', () => {
    const goal = goalOf(listed('rules 1 COMPLETE', 'rules 2 DEPLOYING'));
    expect(step(listed('rules 1 COMPLETE', 'rules 2 ROLLING_BACK'), { goal }).kind).toBe('settle');
    const asked = { goal, efforts: { stopped: [2] } };
    expect(step(listed('rules 1 COMPLETE', 'rules 2 DEPLOYING'), asked).kind).toBe('settle');
  });

  it('reverts one that completed within 72 hours, to the millisecond', () => {
    const lists = listed(...two);
    expect(step(lists)).toMatchObject({ kind: 'revert', deployment: { number: 2 } });
    // Deployment 2 began after one hour and completed half an hour later.
    expect(nextStepAt(lists, 73.5 * hourMs - 1).kind).toBe('revert');
    expect(nextStepAt(lists, 73.5 * hourMs)).toEqual({ kind: 'start', version: 1, latestDeployment: 2 });
  });

  const nextStepAt = (lists: readonly DeploymentSummary[], ms: number) =>
    nextStep(goalOf(lists), lists, { efforts: nothingDone, now: epochMs(startMs + ms) });

  it('deploys the earlier version where AppConfig would not revert', () => {
    expect(step(listed(...two), { efforts: { refused: [2] } }).kind).toBe('start');
  });

  it('deploys it where a revert would lead elsewhere', () => {
    const lists = listed(...two, 'rules 3 COMPLETE', 'other 1 COMPLETE');
    const goal = goalOf(lists, 1);
    expect(step(lists, { goal })).toEqual({ kind: 'start', version: 1, latestDeployment: 4 });
  });

  it('reverts where that leads to the version that is named', () => {
    const lists = listed(...two, 'rules 3 COMPLETE');
    expect(step(lists, { goal: goalOf(lists, 2) }).kind).toBe('revert');
  });

  it('waits for a revert, and for what it started', () => {
    expect(step(listed(...two), { efforts: { stopped: [2] } }).kind).toBe('settle');
    const goal = goalOf(listed(...two));
    const efforts = { started: 3 };
    expect(step(listed(...two, 'rules 1 DEPLOYING'), { goal, efforts }).kind).toBe('settle');
  });

  it('is none once the version is in force', () => {
    const goal = goalOf(listed(...two));
    const reverted = listed('rules 1 COMPLETE', 'rules 2 REVERTED');
    expect(step(reverted, { goal })).toMatchObject({ kind: 'there', deployment: { number: 1 } });
    const redeployed = listed(...two, 'rules 1 COMPLETE');
    expect(step(redeployed, { goal, efforts: { started: 3 } })).toMatchObject({
      kind: 'there',
      deployment: { number: 3 },
    });
  });

  it('is none once the first one is stopped', () => {
    const goal = goalOf(listed('rules 1 DEPLOYING'));
    expect(step(listed('rules 1 ROLLED_BACK'), { goal })).toEqual({ kind: 'there' });
  });

  it('says who is in the way, and waits where that one is on its way back', () => {
    const lists = listed(...two, 'other 1 DEPLOYING');
    expect(step(lists)).toMatchObject({ kind: 'blocked', by: { number: 3, profile: 'other' } });
    expect(step(lists, { efforts: { stopped: [3] } }).kind).toBe('settle');
    expect(step(listed(...two, 'other 1 ROLLING_BACK')).kind).toBe('settle');
  });

  it('stops where somebody deployed something else meanwhile', () => {
    const goal = goalOf(listed(...two));
    const overtaken = { kind: 'overtaken', by: { number: 3 } };
    expect(step(listed(...two, 'rules 3 DEPLOYING'), { goal })).toMatchObject(overtaken);
    expect(step(listed(...two, 'rules 3 ROLLED_BACK'), { goal })).toMatchObject(overtaken);
    const mine = { goal, efforts: { started: 4 } };
    expect(step(listed(...two, 'rules 3 COMPLETE', 'rules 1 COMPLETE'), mine).kind).toBe('there');
  });

  it('is not disturbed by what was known', () => {
    const lists = listed(...two, 'rules 3 ROLLED_BACK');
    expect(step(lists, { goal: goalOf(lists, 1) }).kind).toBe('revert');
  });

  it('says when what it started was itself taken back', () => {
    const goal = goalOf(listed(...two));
    const efforts = { started: 3 };
    for (const state of ['ROLLING_BACK', 'ROLLED_BACK', 'REVERTED']) {
      expect(step(listed(...two, `rules 1 ${state}`), { goal, efforts }).kind).toBe('undone');
    }
  });
});

/** A profile's life: what publishing, the guard, people and time do to it. */
type Happening = 'publish' | 'publish and roll back' | 'undo' | 'other' | 'three days';
const happenings = fc.array(
  fc.constantFrom<Happening>('publish', 'publish and roll back', 'undo', 'other', 'three days'),
  { maxLength: 25 },
);

/** AppConfig as far as undoing needs it, and beside it what is in force, version above version. */
class Life {
  readonly deployments: DeploymentSummary[] = [];
  inForce: number[] = [];
  versions = 0;
  nowMs = startMs;

  get newestFirst(): readonly DeploymentSummary[] {
    return this.deployments.toReversed();
  }

  happens(happening: Happening): void {
    this.nowMs += hourMs;
    if (happening === 'three days') this.nowMs += 72 * hourMs;
    if (happening === 'other') this.begin('other', { version: 1, state: 'COMPLETE' });
    if (happening === 'publish and roll back')
      this.begin('rules', { version: ++this.versions, state: 'ROLLED_BACK' });
    if (happening === 'publish') {
      this.begin('rules', { version: ++this.versions, state: 'COMPLETE' });
      this.inForce.push(this.versions);
    }
    if (happening === 'undo' && this.undo()) this.inForce.pop();
  }

  /** True when there was something to undo, and it is. */
  undo(to?: number): boolean {
    const decision = decideRollback({ ...rules, to }, this.newestFirst);
    if (decision.kind !== 'undo') return false;
    let efforts = nothingDone;
    for (let steps = 0; steps < 6; steps++) {
      const next = nextStep(decision.goal, this.newestFirst, { efforts, now: epochMs(this.nowMs) });
      if (next.kind === 'there') return true;
      if (next.kind === 'stop' || next.kind === 'revert') {
        this.change(next.deployment.number, next.kind === 'stop' ? 'ROLLED_BACK' : 'REVERTED');
        efforts = { ...efforts, stopped: [...efforts.stopped, next.deployment.number] };
      } else if (next.kind === 'start') {
        this.begin('rules', { version: next.version, state: 'COMPLETE' });
        efforts = { ...efforts, started: this.deployments.length };
      } else throw new Error(next.kind);
    }
    throw new Error('it does not end');
  }

  begin(profile: string, about: { version: number; state: DeploymentState }): void {
    const number = this.deployments.length + 1;
    this.deployments.push(deployment(number, { profile, ...about, startedMs: this.nowMs }));
  }

  private change(number: number, state: DeploymentState): void {
    const index = this.deployments.findIndex((item) => item.number === number);
    const found = this.deployments[index];
    if (found) this.deployments[index] = { ...found, state };
  }

  get deployed(): number | undefined {
    return this.newestFirst.find(({ profile, state }) => profile === 'rules' && state === 'COMPLETE')
      ?.version;
  }
}

function lived(history: readonly Happening[]): Life {
  const life = new Life();
  for (const happening of history) life.happens(happening);
  return life;
}

describe('whatever happened before', () => {
  it('leaves in force what was in force, version by version', () => {
    fc.assert(
      fc.property(happenings, (history) => {
        const life = lived(history);
        expect(life.deployed).toBe(life.inForce.at(-1));
      }),
      { numRuns: 500 },
    );
  });

  it('brings back the version before a new one, and undoes it only once', () => {
    fc.assert(
      fc.property(happenings, fc.boolean(), (history, isRunning) => {
        const life = lived(history);
        const before = life.inForce.at(-1);
        life.begin('rules', { version: ++life.versions, state: isRunning ? 'DEPLOYING' : 'COMPLETE' });
        const isUndone = life.undo();
        expect(isUndone).toBe(isRunning || before !== undefined);
        if (isUndone) expect(life.deployed).toBe(before);
        expect(life.undo()).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('goes to any version that was in force, and to no other', () => {
    fc.assert(
      fc.property(happenings, fc.integer({ min: 1, max: 30 }), (history, to) => {
        const life = lived(history);
        const wasInForce = life.deployments.some(
          ({ profile, version, state }) =>
            profile === 'rules' && version === to && ['COMPLETE', 'REVERTED'].includes(state),
        );
        const before = life.deployed;
        const isUndone = life.undo(to);
        expect(isUndone).toBe(wasInForce && before !== undefined && before !== to);
        expect(life.deployed).toBe(isUndone ? to : before);
      }),
      { numRuns: 500 },
    );
  });

  it('reads no further back than it needs, and decides the same', () => {
    const targets = fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined });
    fc.assert(
      fc.property(happenings, targets, (history, to) => {
        const all = lived(history).newestFirst;
        const intent = { ...rules, to };
        const enough = all.findIndex((_, index) => reachesFarEnough(intent, all.slice(0, index + 1)));
        const read = enough < 0 ? all : all.slice(0, enough + 1);
        expect(decideRollback(intent, read)).toEqual(decideRollback(intent, all));
      }),
      { numRuns: 500 },
    );
  });

  it('reads two deployments where two versions stand', () => {
    const all = lived(Array.from({ length: 20 }, () => 'publish' as const)).newestFirst;
    expect(reachesFarEnough(rules, all.slice(0, 1))).toBe(false);
    expect(reachesFarEnough(rules, all.slice(0, 2))).toBe(true);
    expect(reachesFarEnough({ ...rules, to: 18 }, all.slice(0, 2))).toBe(false);
    expect(reachesFarEnough({ ...rules, to: 18 }, all.slice(0, 3))).toBe(true);
  });

  it('never acts in an environment that another profile occupies', () => {
    fc.assert(
      fc.property(happenings, (history) => {
        const life = lived([...history, 'publish', 'publish']);
        const goal = goalOf(life.newestFirst);
        life.begin('other', { version: 2, state: 'DEPLOYING' });
        const next = nextStep(goal, life.newestFirst, { efforts: nothingDone, now: epochMs(life.nowMs) });
        expect(next).toMatchObject({ kind: 'blocked', by: { profile: 'other' } });
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { drive, type Send } from '../../../bench/stories/load/drive.js';
import { outcomeSchema, type Plan, planSchema } from '../../../bench/stories/load/plan.js';

const plan = (about: Partial<Plan> = {}): Plan => ({
  ratePerSecond: 400,
  warmUpMs: 0,
  measureMs: 300,
  timeoutMs: 5_000,
  seed: 1,
  target: { kind: 'one', port: 1 },
  requests: [{ kind: 'read', share: 1, path: '/{key}/{number}' }],
  keys: { count: 10, zipf: 1 },
  ...about,
});

const nothing = () => undefined;
const atOnce: Send = (_, told) => {
  told('answered');
  return nothing;
};

/** Answers everything, and notes what was sent. */
function noting() {
  const sent: { readonly path: string; readonly key: string }[] = [];
  const send: Send = (request, told) => {
    sent.push(request);
    return atOnce(request, told);
  };
  return { sent, send };
}

describe('drive', () => {
  it('sends at the rate it is asked for', async () => {
    const { all } = await drive(plan({ measureMs: 1_000 }), atOnce);
    // 400 on average, Poisson: more than five standard deviations off would be another rate.
    expect(all.sent).toBeGreaterThan(300);
    expect(all.sent).toBeLessThan(500);
    expect(all.answered).toBe(all.sent);
  });

  it('sends the same requests for the same seed, and others for another', async () => {
    const [one, same, other] = [noting(), noting(), noting()];
    await drive(plan(), one.send);
    await drive(plan(), same.send);
    await drive(plan({ seed: 2 }), other.send);
    expect(one.sent.length).toBeGreaterThan(50);
    expect(same.sent).toEqual(one.sent);
    expect(other.sent).not.toEqual(one.sent);
  });

  it('puts the key and the number of the request into its path', async () => {
    const { sent, send } = noting();
    await drive(plan({ keys: { count: 1, zipf: 0 } }), send);
    expect(sent.slice(0, 3)).toEqual([
      { path: '/key-0/0', key: 'key-0' },
      { path: '/key-0/1', key: 'key-0' },
      { path: '/key-0/2', key: 'key-0' },
    ]);
  });

  it('draws keys by their rank', async () => {
    const { sent, send } = noting();
    await drive(plan({ measureMs: 1_000 }), send);
    const count = (key: string) => sent.filter((request) => request.key === key).length;
    // Shares by Zipf 1 over ten keys: 34 % and 3 %.
    expect(count('key-0') / sent.length).toBeGreaterThan(0.2);
    expect(count('key-9') / sent.length).toBeLessThan(0.12);
  });

  it('sends kinds in their shares, and tells of each', async () => {
    const requests = [
      { kind: 'read', share: 0.8, path: '/read' },
      { kind: 'write', share: 0.2, path: '/write' },
    ];
    const { all, byKind } = await drive(plan({ requests, measureMs: 1_000 }), atOnce);
    const share = (byKind['write']?.sent ?? 0) / all.sent;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.3);
    expect((byKind['read']?.sent ?? 0) + (byKind['write']?.sent ?? 0)).toBe(all.sent);
  });

  it('does not wait for answers, and counts the time from when a request was due', async () => {
    const beganMs = performance.now();
    // Nobody is answered before the last is sent.
    const send: Send = (_, told) => {
      setTimeout(() => told('answered'), beganMs + 350 - performance.now());
      return nothing;
    };
    const { all } = await drive(plan(), send);
    expect(all.sent).toBeGreaterThan(50);
    // The first waited for 350 ms, the last for 50: a generator that waits for its answers would have sent one.
    expect(all.p50Ms).toBeGreaterThan(150);
    expect(all.p99Ms).toBeGreaterThan(300);
  });

  it('counts its own delay, when it could not send in time', async () => {
    let isBlocked = false;
    const send: Send = (request, told) => {
      const untilMs = performance.now() + (isBlocked ? 0 : 200);
      isBlocked = true;
      while (performance.now() < untilMs);
      return atOnce(request, told);
    };
    const { all, lateMs } = await drive(plan(), send);
    // Two thirds of the requests were due in the first 200 of 300 ms, and answered after them.
    expect(all.p50Ms).toBeGreaterThan(20);
    expect(lateMs).toBeGreaterThan(150);
  });

  it('counts nothing of the time before', async () => {
    const { sent, send } = noting();
    const { all } = await drive(plan({ warmUpMs: 300 }), send);
    expect(sent.length - all.sent).toBeGreaterThan(50);
    expect(all.sent).toBeGreaterThan(50);
  });

  it('gives up what has no answer in time, once', async () => {
    let givenUp = 0;
    const send: Send = () => () => {
      givenUp += 1;
    };
    const { all, failures } = await drive(plan({ timeoutMs: 50 }), send);
    expect(all.answered).toBe(0);
    expect(all.p50Ms).toBeNull();
    expect(failures).toEqual({ 'timed-out': all.sent });
    expect(givenUp).toBe(all.sent);
  });

  it('counts a late answer to what it has given up for nothing', async () => {
    const send: Send = (_, told) => {
      setTimeout(() => told('answered'), 100);
      return nothing;
    };
    const { all, failures } = await drive(plan({ timeoutMs: 20 }), send);
    expect(failures).toEqual({ 'timed-out': all.sent });
  });

  it('counts failures by reason', async () => {
    let sent = 0;
    const send: Send = (_, told) => {
      told(['answered', 'overflow', 'refused', 'overflow'][sent++ % 4] ?? '');
      return nothing;
    };
    const { all, failures } = await drive(plan(), send);
    expect(Math.abs(all.answered - all.sent / 4)).toBeLessThan(1);
    expect(Math.abs((failures['overflow'] ?? 0) - all.sent / 2)).toBeLessThan(1);
    expect(Math.abs((failures['refused'] ?? 0) - all.sent / 4)).toBeLessThan(1);
  });

  it('says how late it was itself, in an outcome that survives JSON', async () => {
    const outcome = await drive(plan(), atOnce);
    expect(outcome.lateMs).toBeGreaterThan(0);
    expect(outcomeSchema.parse(JSON.parse(JSON.stringify(outcome)))).toEqual(outcome);
  });
});

describe('planSchema', () => {
  it('refuses a plan without requests, and a rate of none', () => {
    expect(planSchema.safeParse(plan()).success).toBe(true);
    expect(planSchema.safeParse(plan({ requests: [] })).success).toBe(false);
    expect(planSchema.safeParse(plan({ ratePerSecond: 0 })).success).toBe(false);
  });
});

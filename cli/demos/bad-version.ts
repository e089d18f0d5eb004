/**
 * A version that every schema admits and that hurts: the fleet says so, the guard takes it back, and it stays refused.
 *
 * The numbers, by AppConfig's clock: `linear-20` offers 20 % at 100 s, 40 % at 200 s, 60 % at 300 s, and the guard looks each
 * 60 s. At six times the speed the first step lasts 16.7 s, and the looks in it come 3.3 s and 13.3 s after its begin. A node
 * asks twice a second and reports what it took at once, so the second of these looks sees more than 11 s of every node in the
 * step: at 60 attempts a second some 700, of which about 33 failed (5 of 100) where fewer than 1 did before; `limits` has no
 * warm-up to wait for. Two nodes suffice to convict, one does not: it might be sick by itself. AppConfig draws the nodes of a
 * step at random: of 20, fewer than two are in the first step in 7 of 100 runs, and in the second in 1 of 2,000; the look in the
 * middle of that one, with 40 % offered, ends those runs. So only a machine that stands still for seconds lets it reach 60 %.
 */

import { proveRollback } from '../../control/act/rollback/proof.js';
import { formatProfile } from '../../core/addresses.js';
import { isVeltrixError } from '../../core/errors.js';
import { untilConverged } from '../dev/follow.js';
import { type Play, sample } from '../dev/play.js';
import { publishForGood, publishNext } from '../dev/publish.js';
import { type Demo, expectThat, type Say } from './demo.js';
import { describeEvents, describeEvidence, eventsUntil } from './evidence.js';
import { followUntilUndone } from './undoing.js';

const profile = 'limits';
const where = { ...sample, profile };
/** The share of the fleet that no bad version may reach. */
const reachMaxPercent = 60;
/** Nodes poll twice a second, and a report is under way for a second or two. */
const returnTimeoutMs = 30_000;
const eventsTimeoutMs = 30_000;

export const badVersion: Demo = {
  options: {
    speed: 6,
    nodes: 20,
    pace: { pollIntervalSeconds: 0.5, reportIntervalSeconds: 1, playersPerSecond: 60, capacity: 50 },
  },
  run: async (play, say) => {
    const good = await publishGood(play, say);
    const bad = await publishBad(play, say);
    const { undone, reached } = await followUntilUndone(play, bad, reachMaxPercent);
    const percent = Math.round((reached.size / play.options.nodes) * 100);
    expectThat(undone.by === 'guard', 'the guard to take it back', `that ${undone.by} did: ${undone.why}`);
    expectThat(
      percent < reachMaxPercent,
      `fewer than ${reachMaxPercent} % of the nodes to take it`,
      `${reached.size} of ${play.options.nodes}`,
    );
    say({
      event: 'proof',
      text: `the guard took v${bad.version} back at ${undone.percentage} % offered; ${reached.size} of ${play.options.nodes} nodes held it`,
    });
    await showEvidence(play, say);
    await showReturn(play, say, {
      undone: bad.deployment,
      inForce: { number: good.deployment, label: good.label },
    });
    await showEvents(play, say, bad.version);
    await publishAgain(play, say);
  },
};

async function publishGood(play: Play, say: Say) {
  await untilConverged(play);
  say({ event: 'act', text: 'A good version: more room in the queue for players with a free account' });
  const good = await publishForGood(play, {
    profile,
    reason: 'more room for the free tier',
    strategy: 'immediate',
    change: withFreeTier({ queueSize: 20 }),
  });
  await untilConverged(play, good);
  return good;
}

/** Tries are given up that would have been answered in time: a third of them, and the one retry does not make up for it. */
const hasty = withFreeTier({ queueSize: 20, timeoutMs: 240 });
const badReason = 'answer free players sooner';

async function publishBad(play: Play, say: Say) {
  say({
    event: 'act',
    text: 'A bad one: tiers.free.timeoutMs 800 → 240. Every schema admits it; 5 of 100 attempts will fail',
  });
  return publishNext(play, { profile, reason: badReason, strategy: 'linear-20', change: hasty });
}

async function showEvidence({ cloud }: Play, say: Say): Promise<void> {
  say({
    event: 'act',
    text: 'The evidence: what the nodes themselves counted, with the version and without',
  });
  for (const text of await describeEvidence(cloud, where)) say({ event: 'detail', text });
}

type Return = Pick<Parameters<typeof proveRollback>[1], 'undone' | 'inForce'>;

async function showReturn({ cloud, context, options }: Play, say: Say, about: Return): Promise<void> {
  const proof = await proveRollback(cloud, {
    ...about,
    address: where,
    timeoutMs: returnTimeoutMs,
    signal: context.signal,
  });
  const found = proof.kind === 'unknown' ? proof.why : `${proof.held} of ${proof.of}`;
  expectThat(
    proof.kind === 'proved' && proof.held === options.nodes,
    `all ${options.nodes} nodes to hold the good version again`,
    found,
  );
  say({
    event: 'proof',
    text: `all ${proof.held} nodes hold the good version again, as their own records say`,
  });
}

async function showEvents({ cloud }: Play, say: Say, version: number): Promise<void> {
  say({ event: 'act', text: 'What consumers of the change stream received, in order' });
  const received = await eventsUntil(cloud, {
    address: { ...where, version },
    last: 'rolled-back',
    timeoutMs: eventsTimeoutMs,
  });
  for (const text of describeEvents(received)) say({ event: 'detail', text });
  const kinds = received.map(({ type }) => type.replace('dev.veltrix.deployment.', ''));
  const isInOrder = /^started( progressed)+ rolling-back rolled-back$/.test(kinds.join(' '));
  expectThat(
    isInOrder,
    'started, progressed, rolling-back, rolled-back in this order',
    kinds.join(', ') || 'none',
  );
  say({ event: 'proof', text: 'every step once, in the order in which it happened' });
}

async function publishAgain(play: Play, say: Say): Promise<void> {
  say({ event: 'act', text: 'The same content once more, as a pipeline would try it' });
  const refusal = await publishNext(play, {
    profile,
    reason: badReason,
    strategy: 'linear-20',
    change: hasty,
  }).then(
    ({ version }) => `version ${version} was accepted`,
    (error: unknown) => error,
  );
  const isRefused = isVeltrixError(refusal) && refusal.code === 'VELTRIX_ROLLED_BACK_LATELY';
  const found = refusal instanceof Error ? refusal.message : String(refusal);
  expectThat(isRefused, `${formatProfile(where)} to refuse what was rolled back lately`, found);
  say({ event: 'detail', text: refusal.message });
  say({ event: 'proof', text: `refused. ${refusal.hint}` });
}

interface Tiers {
  readonly tiers: { readonly free: object };
}

/** The value of the file with the free tier changed; the schema holds what comes out against its rules. */
function withFreeTier(change: object): (value: unknown) => unknown {
  return (value) => {
    const { tiers, ...rest } = value as Tiers;
    return { ...rest, tiers: { ...tiers, free: { ...tiers.free, ...change } } };
  };
}

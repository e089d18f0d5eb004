/**
 * A version that every schema admits and that hurts: the fleet says so, the guard takes it back, and it stays refused.
 *
 * The numbers, by AppConfig's clock: `linear-20` offers 20 % at 100 s, 40 % at 200 s, 60 % at 300 s, and the guard looks each
 * 60 s. At four times the speed a step lasts 25 s, and the looks in the first come 5 s and 20 s after its begin. A node asks
 * each second and reports what it took at once, so the second of these looks sees more than 17 s of every node in the step:
 * at 15 attempts a second some 255, of which about 13 failed (5 of 100) where fewer than 1 did before; `limits` has no warm-up
 * to wait for. Two nodes suffice to convict, one does not: it might be sick by itself. AppConfig draws the nodes of a step at
 * random: of 20, fewer than two are in the first step in 7 of 100 runs, and in the second in 1 of 2,000; the looks of that one,
 * with 40 % offered, end those runs. So only reports that are 20 s late, on a machine that stands still, let it reach 60 %.
 */

import { proveRollback } from '../../control/act/rollback/proof.js';
import type { UndoneVersion } from '../../control/see/status/status.js';
import { formatProfile } from '../../core/addresses.js';
import { isVeltrixError } from '../../core/errors.js';
import { untilConverged } from '../dev/follow.js';
import type { Play } from '../dev/play.js';
import { publishForGood, publishNext } from '../dev/publish.js';
import { type Demo, expectThat, type Say } from './demo.js';
import { describeEvents, describeEvidence, eventsUntil } from './evidence.js';
import { followUntilUndone } from './undoing.js';

const profile = 'limits';
const cluster = { application: 'treasure-hunt', environment: 'staging' };
const where = { ...cluster, profile };
/** The share of the fleet that no bad version may reach. */
const reachMaxPercent = 60;
/** Nodes poll each second, and a report or an event is under way for a second or two; longer on a machine with other work. */
const proofTimeoutMs = 60_000;

export const badVersion: Demo = {
  options: {
    cluster,
    speed: 4,
    nodes: 20,
    pace: { pollIntervalSeconds: 1, reportIntervalSeconds: 1, playersPerSecond: 15, capacity: 50 },
  },
  run: async (play, say) => {
    const good = await publishGood(play, say);
    const bad = await publishBad(play, say);
    const { undone, reached } = await followUntilUndone(play, {
      address: where,
      published: bad,
      offeredMaxPercent: reachMaxPercent,
    });
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
    await showEvidence(play, say, undone);
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
  say({ event: 'act', text: 'A bad one: tiers.free.timeoutMs 800 → 240' });
  say({
    event: 'detail',
    text: 'Every schema admits it, and 5 of 100 attempts will fail on a node that holds it. AppConfig offers it to a fifth of the nodes at a time, and asks the guard each 15 s (a minute, in AWS) whether it hurts.',
  });
  return publishNext(play, { profile, reason: badReason, strategy: 'linear-20', change: hasty });
}

async function showEvidence({ cloud }: Play, say: Say, undone: UndoneVersion): Promise<void> {
  say({
    event: 'act',
    text: 'The evidence: what the nodes themselves counted, with the version and without',
  });
  for (const text of await describeEvidence(cloud, where, undone)) say({ event: 'detail', text });
}

type Return = Pick<Parameters<typeof proveRollback>[1], 'undone' | 'inForce'>;

async function showReturn({ cloud, context, options }: Play, say: Say, about: Return): Promise<void> {
  const proof = await proveRollback(cloud, {
    ...about,
    address: where,
    timeoutMs: proofTimeoutMs,
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
    timeoutMs: proofTimeoutMs,
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

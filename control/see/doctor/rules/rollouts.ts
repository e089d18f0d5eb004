/** Deployments that do not get on, and the queue behind them. */

import { formatProfile } from '../../../../core/addresses.js';
import { type Deployment, isRunning } from '../../../../core/delivery/deployments.js';
import { type QueueEntry, waitingIn } from '../../../../core/delivery/publish-queue.js';
import type { EpochMs } from '../../../../core/time.js';
import { undoingOf } from '../../undone.js';
import type { Examined } from '../facts.js';
import { counted, type Found, lasting } from '../finding.js';

const minuteMs = 60_000;
/** AppConfig's steps come about a minute late, and ticks take their time. */
const slackMs = 5 * minuteMs;
/** A validator has 15 s. */
const validatingMaxMs = 2 * minuteMs;
/** Going back reaches everybody at once. */
const rollingBackMaxMs = 10 * minuteMs;
/** Turns come with each deployment that ends, and every minute. */
const turnMaxMs = 3 * minuteMs;
const waitingLongMs = 60 * minuteMs;
/** One failed turn is nothing: the next comes within a minute. */
const failedTurnsMin = 3;

export function rolloutsFound(facts: Examined): readonly Found[] {
  return facts.inFull.flatMap((deployment) =>
    isRunning(deployment)
      ? [...stuck(facts, deployment), ...blind(facts, deployment)]
      : unanswered(facts, deployment),
  );
}

function stuck({ cluster, now }: Examined, deployment: Deployment): readonly Found[] {
  const { number, profile, state } = deployment;
  const [elapsedMs, mostMs] = [sinceMs(deployment.startedAt, now), longest(deployment)];
  const enteredMs = state === 'ROLLING_BACK' ? sinceMs(lastLogged(deployment), now) : elapsedMs;
  if (enteredMs <= mostMs) return [];
  const address = formatProfile({ ...cluster, profile });
  return [
    {
      level: 'bad',
      where: address,
      what: `has been ${doing(deployment)} for ${lasting(enteredMs)}, where ${lasting(mostMs)} is long: deployment ${number}`,
      why: 'Nothing else can be deployed to this environment until it ends.',
      next:
        state === 'ROLLING_BACK'
          ? `veltrix trace ${address.split('/').slice(0, 2).join('/')} ${number}; AppConfig itself does not get on: see the AWS Health Dashboard`
          : `veltrix rollback ${address}`,
    },
  ];
}

const sinceMs = (instant: string, now: EpochMs): number => now - Date.parse(instant);
const lastLogged = ({ log, startedAt }: Deployment): string => log.at(-1)?.occurredAt ?? startedAt;

function longest({ state, durationMinutes, bakeMinutes }: Deployment): number {
  if (state === 'VALIDATING') return validatingMaxMs;
  if (state === 'ROLLING_BACK') return rollingBackMaxMs;
  return (durationMinutes + bakeMinutes) * minuteMs + slackMs;
}

function doing({ state, percentage }: Deployment): string {
  if (state === 'VALIDATING') return 'checked';
  if (state === 'ROLLING_BACK') return 'rolling back';
  return state === 'BAKING' ? 'baking' : `rolling out (${percentage} %)`;
}

/** The guard looks and sees nothing. */
function blind({ rollouts, cluster }: Examined, { number, profile }: Deployment): readonly Found[] {
  const seen = rollouts.get(number)?.guard?.blind;
  if (seen === undefined) return [];
  return [
    {
      level: 'warn',
      where: formatProfile({ ...cluster, profile }),
      what: `is judged by nobody: the guard of deployment ${number} has had no inputs for ${counted(seen.looks, 'look')}`,
      why: seen.why,
      next: `veltrix status ${formatProfile({ ...cluster, profile })} --watch; veltrix rollback, if it hurts`,
    },
  ];
}

/** AppConfig rolls back where the guard does not answer, whatever the change was: the next one meets the same. */
function unanswered({ rollouts, cluster }: Examined, deployment: Deployment): readonly Found[] {
  const { number, profile } = deployment;
  const undoing = undoingOf(deployment, rollouts.get(number));
  if (undoing?.by !== 'guard-failure') return [];
  return [
    {
      level: 'bad',
      where: formatProfile({ ...cluster, profile }),
      what: `was rolled back since the guard did not answer: deployment ${number}`,
      why: `${undoing.why}. The change itself may be good, and the next one meets the same.`,
      next: `veltrix trace ${cluster.application}/${cluster.environment} ${number}, and the log of guard-rollout`,
    },
  ];
}

export function queueFound(facts: Examined): readonly Found[] {
  const { queue } = facts;
  if (queue === undefined) return [];
  const held = queue.entries.flatMap((entry) => heldFound(facts, entry) ?? []);
  return [...held, ...failingTurns(facts), ...waitingFound(facts)];
}

function heldFound({ cluster, now }: Examined, { profile, version, held }: QueueEntry): Found | undefined {
  if (held === undefined) return undefined;
  const address = formatProfile({ ...cluster, profile });
  return {
    level: 'warn',
    where: address,
    what: `waits for a person: version ${version}, for ${lasting(sinceMs(held.since, now))}`,
    why: `${held.why}.`,
    next: `veltrix queue release ${address} -m "…", or veltrix queue drop ${address} -m "…"`,
  };
}

function failingTurns({ cluster, queue }: Examined): readonly Found[] {
  const failing = queue?.entries.filter(({ lastError }) => (lastError?.times ?? 0) >= failedTurnsMin) ?? [];
  return failing.map(({ profile, lastError }) => ({
    level: 'bad',
    where: formatProfile({ ...cluster, profile }),
    what: `keeps its place in the queue: ${lastError?.times} turns in a row met a service that did not answer`,
    why: `${lastError?.why}.`,
    next: `veltrix queue ${cluster.application}/${cluster.environment}`,
  }));
}

/** The first in the queue: where the environment is free, its turn should have come; where not, somebody may have waited long. */
function waitingFound({ cluster, queue, deployed, now }: Examined): readonly Found[] {
  const [first] = queue ? waitingIn(queue) : [];
  if (first === undefined || deployed === undefined) return [];
  const waitedMs = sinceMs(first.queuedAt, now);
  const running = deployed.deployments.find(isRunning);
  const where = formatProfile({ ...cluster, profile: first.profile });
  const environment = `${cluster.application}/${cluster.environment}`;
  if (running === undefined) {
    const freeSinceMs = Math.max(Date.parse(first.queuedAt), ...deployed.deployments.map(endedMs));
    if (now - freeSinceMs <= turnMaxMs) return [];
    return [
      {
        level: 'bad',
        where,
        what: `waits for a turn that does not come: version ${first.version}, queued ${lasting(waitedMs)} ago`,
        why: 'The environment is free; a schedule gives turns every minute.',
        next: `the log of the publish function of ${environment}; publish it again meanwhile`,
      },
    ];
  }
  if (waitedMs <= waitingLongMs) return [];
  return [
    {
      level: 'warn',
      where,
      what: `has waited for ${lasting(waitedMs)} behind deployment ${running.number} of ${running.profile}`,
      why: 'One deployment at a time: AppConfig.',
      next: `veltrix queue ${environment}`,
    },
  ];
}

const endedMs = ({ completedAtMs, startedAt }: { completedAtMs?: EpochMs; startedAt: string }): number =>
  completedAtMs ?? Date.parse(startedAt);

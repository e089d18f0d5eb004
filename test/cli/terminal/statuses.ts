/** Statuses as control returns them, for tests of what is drawn. */

import type { ProfileStatus } from '../../../control/see/status/status.js';
import type { GuardReport } from '../../../core/guard/report.js';

export const now = '2026-06-01T12:04:00.000Z';
export const nowMs = Date.parse(now);
const at = (secondsAgo: number) => new Date(nowMs - secondsAgo * 1000).toISOString();

export const labels = { old: 'v17-aaaaaaaa', next: 'v18-bbbbbbbb' } as const;

export const deployed = {
  version: 17,
  label: labels.old,
  deployment: 40,
  author: 'ben',
  reason: 'first',
  startedAt: at(90_000),
};

export const next = {
  version: 18,
  label: labels.next,
  deployment: 41,
  author: 'anna',
  reason: 'raise card timeout to 800 ms',
  commit: '3f2c1e9a1b2c3f2c1e9a1b2c3f2c1e9a1b2c3f2c',
  startedAt: at(240),
};

export interface FleetNumbers {
  readonly holding?: number;
  readonly waiting?: number;
  readonly refused?: number;
  readonly silent?: number;
}

const names = (count: number, first: number): string[] =>
  Array.from({ length: count }, (_, index) => `node-${first + index}`);

export function fleet({
  holding = 0,
  waiting = 0,
  refused = 0,
  silent = 0,
}: FleetNumbers): ProfileStatus['nodes'] {
  const live = holding + waiting + refused;
  const reason = 'timeoutMs is 800, expected at most 500';
  return {
    holding: names(holding, 1),
    waiting: names(waiting, holding + 1),
    refused: names(refused, holding + waiting + 1).map((node) => ({ node, reason })),
    silent: names(silent, live + 1),
    left: [],
    held: [],
    waitingHold: waiting > 0 ? [{ label: labels.old, count: waiting }] : [],
    offered: Math.round(live * 0.4),
    arrivals: {},
    keeping: [],
    overridden: [],
    lastReportAt: at(2),
  };
}

export const log: ProfileStatus['log'] = [
  { type: 'DEPLOYMENT_STARTED', triggeredBy: 'USER', description: 'Deployment started', occurredAt: at(240) },
  {
    type: 'PERCENTAGE_UPDATED',
    triggeredBy: 'APPCONFIG',
    description: 'Configuration available to 20.00% of clients',
    occurredAt: at(140),
  },
  {
    type: 'PERCENTAGE_UPDATED',
    triggeredBy: 'APPCONFIG',
    description: 'Configuration available to 40.00% of clients',
    occurredAt: at(40),
  },
];

export const rollout = {
  ...next,
  percentage: 40,
  strategy: 'linear-20',
  durationMinutes: 10,
  bakeMinutes: 10,
  step: 2,
  steps: 5,
  nextStepAt: at(-60),
} as const;

export const healthy: GuardReport = {
  verdict: 'healthy',
  action: 'none',
  summary: 'at 40 %: no sign of harm in 12,400 requests on 15 nodes with the version',
  looks: 4,
  lookedAtMs: nowMs - 12_000,
  nodes: { tested: 15, previous: 25 },
  signals: [
    { signal: 'refusals', test: 'facts', level: 'fine', action: 'none', words: 'no node refused it' },
    {
      signal: 'errors',
      test: 'peers',
      level: 'fine',
      action: 'none',
      words: 'errors: no worse',
      figures: {
        tested: { requests: 12_400, bad: 4 },
        previous: { requests: 29_800, bad: 11 },
        evidence: 0.3,
        neededEvidence: 100,
      },
    },
    {
      signal: 'slow',
      test: 'peers',
      level: 'fine',
      action: 'none',
      words: 'slow: no worse',
      figures: {
        tested: { requests: 12_400, bad: 31 },
        previous: { requests: 29_800, bad: 70 },
        evidence: 0.9,
        neededEvidence: 100,
      },
    },
  ],
};

const worse =
  'errors: new 310 in 12,400 requests, old 11 in 29,800: 68× worse; evidence over 1,000,000 (needs 100)';

export const unhealthy: GuardReport = {
  ...healthy,
  verdict: 'unhealthy',
  action: 'rollback',
  summary: worse,
  signals: [
    {
      signal: 'errors',
      test: 'peers',
      level: 'bad',
      action: 'rollback',
      words: worse,
      figures: {
        tested: { requests: 12_400, bad: 310 },
        previous: { requests: 29_800, bad: 11 },
        evidence: 1_000_000,
        neededEvidence: 100,
      },
    },
  ],
};

export const rolling = (change: Partial<ProfileStatus> = {}): ProfileStatus => ({
  address: 'shop/production/checkout',
  state: 'rolling-out',
  deployed,
  rollout,
  guard: healthy,
  log,
  nodes: { ...fleet({ holding: 15, waiting: 24, refused: 1 }), arrivals: {} },
  ...change,
});

export const rolledBack = (change: Partial<ProfileStatus> = {}): ProfileStatus => ({
  address: 'shop/production/checkout',
  state: 'rolled-back',
  deployed,
  undone: { ...next, percentage: 40, by: 'guard', why: worse, at: at(30) },
  guard: unhealthy,
  log: [
    ...log,
    { type: 'ROLLBACK_STARTED', triggeredBy: 'APPCONFIG', description: worse, occurredAt: at(30) },
    {
      type: 'ROLLBACK_COMPLETED',
      triggeredBy: 'APPCONFIG',
      description: 'Rollback completed',
      occurredAt: at(29),
    },
  ],
  nodes: fleet({ holding: 20 }),
  ...change,
});

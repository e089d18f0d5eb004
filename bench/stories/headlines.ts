/** What five post-mortems claim for their cures, and what was found here in the same respect. */

import { round } from '../figures.js';

export interface Headline {
  /** Which of the five, by the design that failed. */
  readonly postMortem: string;
  readonly what: string;
  /** As it was claimed. */
  readonly claim: string;
  /** What `after ÷ before` must come to. */
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
}

const [configServer, replicaManager, configLayer, balancer, keyedNodes] = [
  'the one configuration server',
  'the locked replica manager',
  'the heap-bound layer',
  'static weights',
  'more than 15 nodes',
];

/** In the order of the page. */
export const headlines = {
  responseTime: { postMortem: configServer, what: 'response time', claim: '−80 %', bound: { atMost: 0.2 } },
  errors: { postMortem: configServer, what: 'errors', claim: '−90 %', bound: { atMost: 0.1 } },
  storeUtilisation: {
    postMortem: configServer,
    what: 'utilisation of the store',
    claim: '90 → 20 %',
    bound: { atMost: 20 / 90 },
  },
  cost: {
    postMortem: configServer,
    what: 'cost: nodes for the same load',
    claim: '−75 %',
    bound: { atMost: 0.25 },
  },
  changeLatency: { postMortem: replicaManager, what: 'latency', claim: '−30 %', bound: { atMost: 0.7 } },
  concurrency: { postMortem: replicaManager, what: 'concurrency', claim: '+25 %', bound: { atLeast: 1.25 } },
  layerLatency: {
    postMortem: configLayer,
    what: 'response time',
    claim: '500 → 50 ms',
    bound: { atMost: 0.1 },
  },
  events: { postMortem: configLayer, what: 'events', claim: '10×', bound: { atLeast: 10 } },
  layerCpu: { postMortem: configLayer, what: 'CPU', claim: '80 → 20 %', bound: { atMost: 0.25 } },
  memory: { postMortem: configLayer, what: 'memory', claim: '16 → 4 GB', bound: { atMost: 0.25 } },
  reservations: {
    postMortem: balancer,
    what: 'failed reservations',
    claim: '−95 %',
    bound: { atMost: 0.05 },
  },
  traffic: { postMortem: balancer, what: 'traffic', claim: '3×', bound: { atLeast: 3 } },
  keyedLatency: {
    postMortem: keyedNodes,
    what: 'response time',
    claim: '500 → < 50 ms',
    bound: { atMost: 0.1 },
  },
  keyedTraffic: { postMortem: keyedNodes, what: 'traffic', claim: '20×', bound: { atLeast: 20 } },
  overflow: { postMortem: keyedNodes, what: 'overflow errors', claim: '−90 %', bound: { atMost: 0.1 } },
  hottestNode: { postMortem: keyedNodes, what: 'CPU', claim: '80 → 40 %', bound: { atMost: 0.5 } },
} as const satisfies Readonly<Record<string, Headline>>;

export interface Finding {
  readonly headline: keyof typeof headlines;
  /** At which point of which curve. */
  readonly where: string;
  readonly before: number;
  readonly after: number;
  /** Written right behind a number: ` ms`. */
  readonly unit: string;
  /** Why it cannot be reached honestly; told where it is missed. */
  readonly unless?: string;
}

/** A value that is no number reaches nothing, and nothing is reached where there was nothing to gain. */
export function isReached({ headline, before, after }: Finding): boolean {
  const { bound } = headlines[headline];
  if (!(before > 0) || !Number.isFinite(after)) return false;
  return 'atMost' in bound ? after <= bound.atMost * before : after >= bound.atLeast * before;
}

/** `−87 %` where less is better, `12.5×` where more is. */
export function changeOf({ headline, before, after }: Finding): string {
  const { bound } = headlines[headline];
  const ratio = after / before;
  if (!Number.isFinite(ratio)) return '–';
  if ('atLeast' in bound) return `${round(ratio)}×`;
  return `${ratio > 1 ? '+' : '−'}${round(100 * Math.abs(ratio - 1))} %`;
}

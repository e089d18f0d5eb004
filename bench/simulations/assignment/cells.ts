/** The tables: which conditions, which strategies, and what they should come to. */

import type { Goal } from '../../goals.js';
import { type Conditions, troubles, usualConditions } from './conditions.js';
import { simulate } from './simulate.js';
import {
  boundedHash,
  moduloHash,
  random,
  rendezvousHash,
  roundRobin,
  staticWeights,
} from './strategies/blind.js';
import { packingOracle, queueOracle } from './strategies/oracles.js';
import { twoByInFlight, twoByReports } from './strategies/two-choices.js';
import { veltrixFree, veltrixFreeWithoutRetries, veltrixKeyed, veltrixStrict } from './strategies/veltrix.js';
import type { StrategyKind } from './strategy.js';
import { type Figures, meanOf } from './tally.js';

export interface Cells {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly goals: readonly Goal[];
}

/** Which seeds: as many, from the first. */
export interface Seeds {
  readonly first: number;
  readonly count: number;
}

const strategies: readonly StrategyKind[] = [
  random,
  roundRobin,
  staticWeights,
  moduloHash,
  rendezvousHash,
  boundedHash,
  twoByReports,
  twoByInFlight,
  veltrixFreeWithoutRetries,
  veltrixFree,
  queueOracle,
  veltrixStrict,
  veltrixKeyed,
  packingOracle,
];
/** Where a key's partition may have as many owners as it needs. */
const replicable = { ownersMost: 32 };

const runs = (kind: StrategyKind, change: Partial<Conditions>, { first, count }: Seeds): Figures[] =>
  Array.from({ length: count }, (_, seed) => simulate(kind, { ...usualConditions, ...change }, first + seed));

const error = (found: readonly Figures[]): number => meanOf(found, ({ errorPercent }) => errorPercent);
const p99 = (found: readonly Figures[]): number => meanOf(found, ({ p99Ms }) => p99Ms);
const peak = (found: readonly Figures[]): number => meanOf(found, ({ peakPercent }) => peakPercent);
const broken = (found: readonly Figures[]): number => meanOf(found, ({ breakPercent }) => breakPercent);
const text = (value: number, digits = 0): string =>
  value.toLocaleString('en', { maximumFractionDigits: digits });

/** Random routing to equal nodes is a fleet of M/M/1 queues, of which theory knows every quantile. */
export function theoryCells(seeds: Seeds): Cells {
  const conditions = { speedSigma: 0 };
  const found = runs(random, conditions, seeds);
  const rate = usualConditions.meanSpeed * (1 - usualConditions.load);
  const quantileMs = (share: number) => (-1_000 * Math.log(1 - share)) / rate;
  const rows = (['p50Ms', 'p99Ms'] as const).map((figure) => {
    const theory = quantileMs(figure === 'p50Ms' ? 0.5 : 0.99);
    return { figure, theory, simulated: meanOf(found, (run) => run[figure]) };
  });
  return {
    columns: ['M/M/1 at 65 %', 'theory, ms', 'simulated, ms'],
    rows: rows.map(({ figure, theory, simulated }) => [
      figure.slice(0, 3),
      text(theory, 1),
      text(simulated, 1),
    ]),
    goals: rows.map(({ figure, theory, simulated }) => ({
      what: `${figure.slice(0, 3)} off M/M/1`,
      found: 100 * Math.abs(simulated / theory - 1),
      atMost: 5,
      unit: ' %',
    })),
  };
}

/** Everybody in chaos: a tenth of the nodes at quarter speed, later a tenth crashed. */
export function chaosCells(seeds: Seeds): Cells {
  const found = new Map(strategies.map((kind) => [kind, runs(kind, { trouble: troubles.chaos }, seeds)]));
  const of = (kind: StrategyKind) => found.get(kind) ?? [];
  return {
    columns: [
      'chaos',
      'p50 ms',
      'p99 ms',
      'errors %',
      'refused',
      'shed',
      'lost',
      'key moved %',
      'worst second %',
      'moves/min',
    ],
    rows: strategies.map((kind) => {
      const failed = (why: 'refused' | 'shed' | 'lost' | 'nobody') =>
        meanOf(of(kind), ({ failures }) => failures[why]);
      return [
        kind.name,
        text(
          meanOf(of(kind), ({ p50Ms }) => p50Ms),
          1,
        ),
        text(p99(of(kind))),
        text(error(of(kind)), 3),
        text(failed('refused') + failed('nobody')),
        text(failed('shed')),
        text(failed('lost')),
        text(broken(of(kind)), 1),
        text(peak(of(kind)), 1),
        text(meanOf(of(kind), ({ movesPerMinute }) => movesPerMinute)),
      ];
    }),
    goals: [
      { what: 'chaos, free: errors', found: error(of(veltrixFree)), atMost: 0.15, unit: ' %' },
      { what: 'chaos, free: p99', found: p99(of(veltrixFree)), atMost: 400, unit: ' ms' },
      {
        what: 'chaos, free: p99 against p2c on own in flight',
        found: p99(of(veltrixFree)) / p99(of(twoByInFlight)),
        atMost: 1.05,
        unit: '×',
      },
    ],
  };
}

/** Scenario by scenario, errors and p99. */
export function scenarioCells(seeds: Seeds): Cells {
  const kinds = [
    random,
    rendezvousHash,
    boundedHash,
    twoByReports,
    twoByInFlight,
    veltrixFree,
    veltrixKeyed,
    packingOracle,
    queueOracle,
  ];
  const scenarios = {
    steady: {},
    slow: { trouble: troubles.slow },
    crash: { trouble: troubles.crash },
    'Zipf 1.1': { zipf: 1.1, ...replicable },
  } as const satisfies Record<string, Partial<Conditions>>;
  type Scenario = keyof typeof scenarios;
  const names = Object.keys(scenarios) as Scenario[];
  const found = new Map(kinds.map((kind) => [kind, names.map((name) => runs(kind, scenarios[name], seeds))]));
  const of = (kind: StrategyKind, name: Scenario) => found.get(kind)?.[names.indexOf(name)] ?? [];
  const against = (name: Scenario) => p99(of(veltrixKeyed, name)) / p99(of(packingOracle, name));
  return {
    columns: ['errors % / p99 ms', ...names],
    rows: kinds.map((kind) => [
      kind.name,
      ...names.map((name) => `${text(error(of(kind, name)), 3)} / ${text(p99(of(kind, name)))}`),
    ]),
    goals: [
      {
        what: 'steady, keyed: p99 against the packing oracle',
        found: against('steady'),
        atMost: 1.2,
        unit: '×',
      },
      {
        what: 'steady, keyed: keys that changed node',
        found: broken(of(veltrixKeyed, 'steady')),
        atMost: 1,
        unit: ' %',
      },
      { what: 'crash, keyed: errors', found: error(of(veltrixKeyed, 'crash')), atMost: 0.2, unit: ' %' },
      {
        what: 'crash, keyed: worst second of changed keys against rendezvous',
        found: peak(of(veltrixKeyed, 'crash')) / peak(of(rendezvousHash, 'crash')),
        atMost: 1.5,
        unit: '×',
      },
      { what: 'slow, keyed: p99 against the packing oracle', found: against('slow'), atMost: 2, unit: '×' },
      {
        what: 'Zipf 1.1, keyed, replicable: errors',
        found: error(of(veltrixKeyed, 'Zipf 1.1')),
        atMost: 0.1,
        unit: ' %',
      },
    ],
  };
}

/** Fleets unlike the usual one: the rules must not know what they were tried on. */
export function distributionCells(seeds: Seeds): Cells {
  const kinds = [rendezvousHash, twoByInFlight, veltrixFree, veltrixKeyed, packingOracle];
  const fleets: Readonly<Record<string, Partial<Conditions>>> = {
    'two sizes, 1:5': { speeds: 'two-sizes' },
    'uniform speeds': { speeds: 'uniform' },
    'log-normal work': { demand: 'log-normal' },
    'Zipf 0.9': { zipf: 0.9, ...replicable },
    'reports every 5 s': { reportMs: 5_000 },
    'a tenth of reports lost': { reportLoss: 0.1 },
  };
  const trouble = troubles.chaos;
  const cell = (kind: StrategyKind, change: Partial<Conditions>) => {
    const found = runs(kind, { ...change, trouble }, seeds);
    return `${text(error(found), 3)} / ${text(p99(found))}`;
  };
  return {
    columns: ['chaos, errors % / p99 ms', ...Object.keys(fleets)],
    rows: kinds.map((kind) => [kind.name, ...Object.values(fleets).map((change) => cell(kind, change))]),
    goals: [],
  };
}

/** The same with few nodes and with many. */
export function sizeCells(seeds: Seeds, sizes: readonly number[]): Cells {
  const kinds = [random, rendezvousHash, twoByInFlight, veltrixFree, veltrixKeyed];
  const cell = (kind: StrategyKind, nodes: number) => {
    const partitions = Math.min(65_536, 2 ** Math.ceil(Math.log2(64 * nodes)));
    const found = runs(kind, { nodes, partitions, trouble: troubles.chaos }, seeds);
    return `${text(error(found), 3)} / ${text(p99(found))}`;
  };
  return {
    columns: ['chaos, errors % / p99 ms', ...sizes.map((nodes) => `${nodes} nodes`)],
    rows: kinds.map((kind) => [kind.name, ...sizes.map((nodes) => cell(kind, nodes))]),
    goals: [],
  };
}

/** The highest load that is held at p99 ≤ 500 ms, to a hundredth. */
export function capacityCells(seeds: Seeds): Cells {
  const found = strategies.map((kind) => ({
    kind,
    steady: capacityOf(kind, { change: {}, mostErrorPercent: 0.01, seeds }),
    chaos: capacityOf(kind, { change: { trouble: troubles.chaos }, mostErrorPercent: 0.5, seeds }),
  }));
  const of = (kind: StrategyKind) => found.find((each) => each.kind === kind);
  const goal = (what: string, capacity: number | undefined, atLeast: number): Goal => ({
    what: `${what}: load at p99 ≤ 500 ms`,
    found: capacity ?? 0,
    atLeast,
    unit: ' of the fleet',
  });
  return {
    columns: ['load at p99 ≤ 500 ms', 'steady, errors ≤ 0.01 %', 'chaos, errors ≤ 0.5 %'],
    rows: found.map(({ kind, steady, chaos }) => [kind.name, shown(steady), shown(chaos)]),
    goals: [
      goal('steady, free', of(veltrixFree)?.steady, 0.85),
      goal('chaos, free', of(veltrixFree)?.chaos, 0.72),
      goal('steady, keyed', of(veltrixKeyed)?.steady, 0.72),
    ],
  };
}

const shown = (capacity: number | undefined): string => (capacity === undefined ? 'none' : text(capacity, 2));

/** By halves: more load is never better. Undefined when not even a tenth is held. */
function capacityOf(
  kind: StrategyKind,
  about: { readonly change: Partial<Conditions>; readonly mostErrorPercent: number; readonly seeds: Seeds },
): number | undefined {
  const holds = (hundredths: number) => {
    const found = runs(kind, { ...about.change, load: hundredths / 100 }, about.seeds);
    return p99(found) <= 500 && error(found) <= about.mostErrorPercent;
  };
  let [low, high] = [10, 100];
  if (!holds(low)) return undefined;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low / 100;
}

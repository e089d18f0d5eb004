/** What recording reports takes: of the processor to fold them, and of the table to keep them. */

import { figure, round, show } from '../figures.js';
import { bundle } from '../machinery/bundles.js';
import { runFresh, type Samples, samplesOf } from '../machinery/processes.js';
import { withScratch } from '../machinery/scratch.js';
import type { Section } from '../report.js';

const rounds = 5;
const fleetNodes = 1_000;
/** Of a fleet of sixteen nodes and the usual 1,024. */
const routedPartitions = 64;

interface Measured {
  readonly what: string;
  readonly speed: readonly number[];
  readonly units: Samples;
}

export const fold = (): Promise<Section> =>
  withScratch(async (directory) => {
    const bundled = (program: URL) => bundle(program, directory);
    const speed = await bundled(new URL('../programs/fold/speed.ts', import.meta.url));
    const units = await bundled(new URL('../programs/fold/units.ts', import.meta.url));
    const measured: Measured[] = [];
    for (const [what, partitions] of [
      ['one profile', 0],
      [`and the work of ${routedPartitions} partitions`, routedPartitions],
    ] as const) {
      const environment = { PARTITIONS: String(partitions), NODES: String(fleetNodes) };
      const perSecond: number[] = [];
      for (let times = 0; times < rounds; times++) {
        const samples = await runFresh({ file: speed.file, environment });
        perSecond.push(...samplesOf(samples, 'reportsPerSecond'));
      }
      measured.push({ what, speed: perSecond, units: await runFresh({ file: units.file, environment }) });
    }
    return describe(measured);
  });

function describe(measured: readonly Measured[]): Section {
  return {
    title: 'Recording reports',
    method: `Folding: batches of 500 reports as Lambda hands them over (base64, JSON), parsed with their schema, folded into the newest of each of ${fleetNodes.toLocaleString('en')} nodes, and decided whether to write; by the processor's time, garbage collection included, the fastest slice of each of ${rounds} processes. Writing: the handler over a table in memory that counts write units (1 KB each), five minutes of a steady fleet of ${fleetNodes.toLocaleString('en')} nodes on one shard that report every 5 s ± 10 %, with noise in what they measure, batches of a second. The floor is one write of the whole record for each report.`,
    tables: [
      {
        columns: ['a report of', 'reports/s on one core'],
        rows: measured.map(({ what, speed }) => [what, show(figure(speed))]),
      },
      {
        columns: [
          'a report of',
          'reports/s',
          'write units/s, one write each',
          'records written/s',
          'their units/s',
          'units/s of packed liveness',
          'times fewer units',
        ],
        rows: measured.map(({ what, units }) => [
          what,
          ...['reports', 'naiveUnits', 'records', 'recordUnits', 'livenessUnits'].map((name) =>
            round(only(units, name)),
          ),
          round(timesFewer(units)),
        ]),
      },
    ],
    goals: [
      ...measured.slice(0, 1).map(({ what, speed }) => ({
        what: `reports/s folded on one core, ${what}`,
        found: figure(speed).median,
        atLeast: 50_000,
        unit: '',
      })),
      ...measured.map(({ what, units }) => ({
        what: `write units against one write per report, ${what}`,
        found: timesFewer(units),
        atLeast: 20,
        unit: '×',
      })),
    ],
  };
}

const timesFewer = (units: Samples): number =>
  only(units, 'naiveUnits') / (only(units, 'recordUnits') + only(units, 'livenessUnits'));

const only = (samples: Samples, name: string): number => figure(samplesOf(samples, name)).median;

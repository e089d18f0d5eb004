/** How long a process takes to its first value: from disk while AWS does not answer, and with Powertools while it does. */

import path from 'node:path';
import { type Figure, figure, round, show } from '../figures.js';
import { bundle } from '../machinery/bundles.js';
import { type Program, runFresh, runInTurn, samplesOf } from '../machinery/processes.js';
import { withScratch } from '../machinery/scratch.js';
import type { Section } from '../report.js';
import { withBlackHole } from '../world/black-hole.js';
import { withCloud } from '../world/cloud.js';
import { publishSample } from '../world/publishing.js';

const rounds = 9;

const programs = {
  nothing: new URL('../programs/first-value/nothing.ts', import.meta.url),
  prepare: new URL('../programs/first-value/prepare.ts', import.meta.url),
  fromDisk: new URL('../programs/first-value/from-disk.ts', import.meta.url),
  fromCloud: new URL('../programs/first-value/from-cloud.ts', import.meta.url),
  powertools: new URL('../programs/first-value/powertools.ts', import.meta.url),
};

export const firstValue = (): Promise<Section> =>
  withScratch((directory) =>
    withCloud((aws) =>
      withBlackHole(async (nowhere) => {
        await publishSample(aws, 'production');
        return measure(directory, {
          live: aws.environment,
          dead: { ...aws.environment, AWS_ENDPOINT_URL: nowhere },
        });
      }),
    ),
  );

type Environment = Readonly<Record<string, string>>;

async function measure(
  directory: string,
  { live, dead }: { readonly live: Environment; readonly dead: Environment },
): Promise<Section> {
  const bundled = async (program: URL, environment: Environment): Promise<Program> => ({
    file: (await bundle(program, directory)).file,
    environment,
  });
  const DIRECTORY = path.join(directory, 'last-good');
  await runFresh(await bundled(programs.prepare, { ...live, DIRECTORY }));
  const sides = {
    nothing: await bundled(programs.nothing, {}),
    fromDisk: await bundled(programs.fromDisk, { ...dead, DIRECTORY }),
    fromCloud: await bundled(programs.fromCloud, live),
    powertools: await bundled(programs.powertools, live),
  };
  const found = await runInTurn(sides, rounds);
  const ms = (side: keyof typeof sides) => figure(samplesOf(found[side], 'ms'));
  return describe({
    nothing: ms('nothing'),
    fromDisk: ms('fromDisk'),
    fromCloud: ms('fromCloud'),
    powertools: ms('powertools'),
  });
}

type Side = 'nothing' | 'fromDisk' | 'fromCloud' | 'powertools';

function describe(ms: Readonly<Record<Side, Figure>>): Section {
  const row = (what: string, side: Side) => [
    what,
    show(ms[side]),
    round(ms[side].median - ms.nothing.median),
  ];
  return {
    title: 'From the start of a process to its first value',
    method: `Milliseconds since the process began, by Node's clock, until \`coolDownMs\` of the sample's gameplay is at hand; ${rounds} fresh processes each, in turn. From disk: the endpoint of AWS accepts connections and never answers. Nodes wait for both profiles and check them; Powertools (\`AppConfigProvider.get\`, transform json) asks for the one and checks nothing.`,
    tables: [
      {
        columns: ['process', 'ms', 'ms without the start of Node'],
        rows: [
          row('that reads nothing', 'nothing'),
          row('Veltrix from disk, AWS does not answer', 'fromDisk'),
          row('Veltrix from AppConfig', 'fromCloud'),
          row('Powertools Parameters 2.35 from AppConfig', 'powertools'),
        ],
      },
    ],
    goals: [
      {
        what: 'first value from disk against Powertools',
        found: ms.fromDisk.median / ms.powertools.median,
        atMost: 0.2,
        unit: '×',
      },
    ],
  };
}

/** What the client adds to a service: time to import, bytes, memory. */

import path from 'node:path';
import { defaultStage, loadStream } from '../../core/names.js';
import { type Figure, figure, round, show } from '../figures.js';
import { type Bundle, bundle, bundleTogether } from '../machinery/bundles.js';
import { runInTurn, type Samples, samplesOf } from '../machinery/processes.js';
import { withScratch } from '../machinery/scratch.js';
import { kilobytes, type Sizes, sizesOf } from '../machinery/sizes.js';
import type { Section, Table } from '../report.js';
import { withCloud } from '../world/cloud.js';
import { publishSample } from '../world/publishing.js';

const importRounds = 9;
const memoryRounds = 5;

const programs = {
  empty: new URL('../programs/weight/empty.ts', import.meta.url),
  schemas: new URL('../programs/weight/schemas.ts', import.meta.url),
  client: new URL('../programs/weight/client.ts', import.meta.url),
  bareClients: new URL('../programs/weight/bare-clients.ts', import.meta.url),
  timeImport: new URL('../programs/weight/time-import.ts', import.meta.url),
  memoryClient: new URL('../programs/weight/memory-client.ts', import.meta.url),
  memoryBare: new URL('../programs/weight/memory-bare.ts', import.meta.url),
};

export const weight = (): Promise<Section> =>
  withScratch(async (directory) => {
    const bundles = await bundleSides(directory);
    const imports = await timeImports(directory, bundles);
    const memory = await measureMemory(directory);
    return describe({ bundles, imports, memory });
  });

interface Sides {
  readonly empty: Bundle;
  readonly client: Bundle;
  readonly bareClients: Bundle;
}

const bundleSides = async (directory: string): Promise<Sides> => ({
  empty: await bundle(programs.empty, directory),
  client: await bundle(programs.client, directory),
  bareClients: await bundle(programs.bareClients, directory),
});

type Import = 'empty' | 'client' | 'afterSchemas' | 'bareClients';

async function timeImports(directory: string, sides: Sides): Promise<Record<Import, Figure>> {
  const { file } = await bundle(programs.timeImport, directory);
  // Bundled together, so that the client finds the zod that the schemas have loaded.
  const [schemas, client] = await bundleTogether([programs.schemas, programs.client], directory);
  if (!schemas || !client) throw new Error('schemas and client were not bundled');
  const timed = (FILE: string) => ({ file, environment: { FILE } });
  const found = await runInTurn<Import>(
    {
      empty: timed(sides.empty.file),
      client: timed(sides.client.file),
      afterSchemas: { file, environment: { BEFORE: schemas.file, FILE: client.file } },
      bareClients: timed(sides.bareClients.file),
    },
    importRounds,
  );
  const ms = (name: Import) => figure(samplesOf(found[name], 'ms'));
  return {
    empty: ms('empty'),
    client: ms('client'),
    afterSchemas: ms('afterSchemas'),
    bareClients: ms('bareClients'),
  };
}

type Memory = Readonly<Record<'client' | 'bareClients' | 'checking', Samples>>;

const measureMemory = (directory: string): Promise<Memory> =>
  withCloud(async (aws) => {
    await publishSample(aws, 'production');
    const environment = {
      ...aws.environment,
      DIRECTORY: path.join(directory, 'last-good'),
      STREAM: loadStream(defaultStage),
    };
    const collecting = { environment, nodeOptions: ['--expose-gc'] };
    const client = { ...collecting, file: (await bundle(programs.memoryClient, directory)).file };
    const bareClients = { ...collecting, file: (await bundle(programs.memoryBare, directory)).file };
    const checking = { ...bareClients, environment: { ...environment, CHECK: 'true' } };
    return runInTurn({ client, bareClients, checking }, memoryRounds);
  });

interface Found {
  readonly bundles: Sides;
  readonly imports: Record<Import, Figure>;
  readonly memory: Memory;
}

function describe({ bundles, imports, memory }: Found): Section {
  const eager = sizesOf(bundles.client, 'eager');
  const whole = sizesOf(bundles.client, 'whole');
  const bare = sizesOf(bundles.bareClients, 'whole');
  const residentMb = (side: keyof Memory) => figure(samplesOf(memory[side], 'residentMb'));
  return {
    title: 'What the client weighs',
    method: `Bundled with esbuild (minified, ESM, split, Node 20); KB are 1000 bytes. AWS clients are imported when they are first needed, so they count in the whole bundle and not in what an import loads. Import times: ${importRounds} fresh processes each, in turn. Memory: a connected node of the sample, beside a process that makes the same calls with bare clients (no checks, no disk, shorter reports), five times a second each, after 2 s and a garbage collection; ${memoryRounds} fresh processes each, in turn.`,
    tables: [importTable(imports), sizeTable({ eager, whole, bare }), memoryTable(memory)],
    goals: [
      {
        what: "import of the client, where the service's schemas have loaded zod",
        found: imports.afterSchemas.median,
        atMost: 15,
        unit: ' ms',
      },
      {
        what: 'what an import of the client loads, without zod',
        found: kilobytes(eager.whole - eager.zod),
        atMost: 40,
        unit: ' KB',
      },
      {
        what: 'the whole client against bare clients',
        found: whole.whole / bare.whole,
        atMost: 1.1,
        unit: '×',
      },
      {
        what: 'resident memory beyond bare clients',
        found: residentMb('client').median - residentMb('bareClients').median,
        atMost: 2,
        unit: ' MB',
      },
    ],
  };
}

const importTable = (imports: Record<Import, Figure>): Table => ({
  columns: ['import of', 'ms'],
  rows: [
    ['an empty file', show(imports.empty)],
    ["the client, where the service's schemas have loaded zod", show(imports.afterSchemas)],
    ['the client and zod', show(imports.client)],
    ['the bare AWS clients', show(imports.bareClients)],
  ],
});

function sizeTable(sizes: Readonly<Record<'eager' | 'whole' | 'bare', Sizes>>): Table {
  const row = (what: string, { own, zod, sdk, glue, whole }: Sizes) => [
    what,
    ...[own, zod, sdk, glue, whole].map((bytes) => round(kilobytes(bytes))),
  ];
  return {
    columns: ['KB of', 'own', 'zod', 'AWS clients', "bundler's glue", 'in all'],
    rows: [
      row('what an import of the client loads', sizes.eager),
      row('the whole client', sizes.whole),
      row('the bare AWS clients', sizes.bare),
    ],
  };
}

function memoryTable(memory: Memory): Table {
  const row = (what: string, samples: Samples) => [
    what,
    show(figure(samplesOf(samples, 'residentMb'))),
    show(figure(samplesOf(samples, 'heapMb'))),
  ];
  return {
    columns: ['MB of', 'resident', 'heap used'],
    rows: [
      row('a connected node', memory.client),
      row('the same calls with bare clients', memory.bareClients),
      row("and with zod, which holds the content against the service's schemas", memory.checking),
    ],
  };
}

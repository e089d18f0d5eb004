/** What one read of configuration costs beside a plain property and the cached provider of Powertools, what `measure` and `nodeFor` do. */

import { figure, round, show } from '../figures.js';
import { bundle } from '../machinery/bundles.js';
import { type Program, runInTurn, type Samples, samplesOf } from '../machinery/processes.js';
import { withScratch } from '../machinery/scratch.js';
import type { Section } from '../report.js';
import { withCloud } from '../world/cloud.js';
import { publishSample } from '../world/publishing.js';

const rounds = 9;

type Name = 'loop' | 'property' | 'get' | 'powertools' | 'bareCall' | 'measure' | 'mapLookUp' | 'nodeFor';

export const reads = (): Promise<Section> =>
  withScratch((directory) =>
    withCloud(async (aws) => {
      await publishSample(aws, 'production');
      const programs = await bundleAll(directory, aws.environment);
      return describe(await runInTurn(programs, rounds));
    }),
  );

async function bundleAll(
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<Record<Name, Program>> {
  const bundled = async (program: URL) => ({ file: (await bundle(program, directory)).file, environment });
  return {
    loop: await bundled(new URL('../programs/reads/loop-alone.ts', import.meta.url)),
    property: await bundled(new URL('../programs/reads/property.ts', import.meta.url)),
    get: await bundled(new URL('../programs/reads/get.ts', import.meta.url)),
    powertools: await bundled(new URL('../programs/reads/powertools.ts', import.meta.url)),
    bareCall: await bundled(new URL('../programs/reads/bare-call.ts', import.meta.url)),
    measure: await bundled(new URL('../programs/reads/measure.ts', import.meta.url)),
    mapLookUp: await bundled(new URL('../programs/reads/map-look-up.ts', import.meta.url)),
    nodeFor: await bundled(new URL('../programs/reads/node-for.ts', import.meta.url)),
  };
}

function describe(found: Readonly<Record<Name, Samples>>): Section {
  const ns = (name: Name) => figure(samplesOf(found[name], 'nsPerRead'));
  const own = (name: Name) => ns(name).median - ns('loop').median;
  const bytes = (name: Name) => figure(samplesOf(found[name], 'bytesPerRead')).median;
  const row = (what: string, name: Name) => [
    what,
    show(ns(name)),
    round(own(name)),
    round(own(name) / own('property')),
    String(Math.round(bytes(name))),
  ];
  return {
    title: 'Reading one value',
    method: `\`coolDownMs\` of the sample's gameplay in production, read in a loop that alternates between two nodes (or the compiler would read once and remember). ${rounds} processes each, in turn; a sample is the fastest slice of a process. A read is what remains without the loop. Bytes are what a read puts on the heap, garbage included. \`measure()\` counts a synchronous call for both profiles of the sample; it reads the clock twice, which is most of its price. \`nodeFor()\` looks 64 keys up in a table of 1,024 partitions and 20 nodes: it hashes the key and asks the clock whether the owner is aside. Powertools: \`AppConfigProvider.get(name, { transform: 'json', maxAge: 3600 })\`, answered from its cache.`,
    tables: [
      {
        columns: ['what', 'ns, with the loop', 'ns a read', '× property', 'bytes a read'],
        rows: [
          ['the loop alone', show(ns('loop')), '', '', String(Math.round(bytes('loop')))],
          row('a property of a frozen object', 'property'),
          row('`node.config.gameplay.get().coolDownMs`', 'get'),
          row('Powertools Parameters 2.35, cached', 'powertools'),
        ],
      },
      {
        columns: ['what', 'ns a call, with the loop', 'bytes a call'],
        rows: [
          ['a call in a bare `try … finally`', show(ns('bareCall')), String(Math.round(bytes('bareCall')))],
          ['the same call in `node.measure()`', show(ns('measure')), String(Math.round(bytes('measure')))],
        ],
      },
      {
        columns: ['what', 'ns a look-up, with the loop', 'bytes a look-up'],
        rows: [
          ['a key in a plain `Map`', show(ns('mapLookUp')), String(Math.round(bytes('mapLookUp')))],
          ['`router.nodeFor(key)`', show(ns('nodeFor')), String(Math.round(bytes('nodeFor')))],
        ],
      },
    ],
    goals: [
      { what: '`get()` against a property', found: own('get') / own('property'), atMost: 3, unit: '×' },
      { what: 'Powertools against `get()`', found: own('powertools') / own('get'), atLeast: 200, unit: '×' },
      { what: 'what `measure()` adds to a call', found: own('measure'), atMost: 1_000, unit: ' ns' },
      // The smallest object takes 16; below one is what measuring takes itself.
      { what: 'what `nodeFor()` takes', found: own('nodeFor'), atMost: 250, unit: ' ns' },
      { what: 'what a `nodeFor()` puts on the heap', found: bytes('nodeFor'), atMost: 1, unit: ' bytes' },
      { what: 'what a `get()` puts on the heap', found: bytes('get'), atMost: 1, unit: ' bytes' },
    ],
  };
}

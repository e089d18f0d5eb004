/** A layer that parses and copies for each reader, against one frozen value that all readers share. */

import * as z from 'zod';
import { contentOf } from '../../world/content.js';
import { publishTo } from '../../world/publishing.js';
import {
  type Answering,
  answeringOf,
  type Bar,
  type Curves,
  compareInTurn,
  heldUpTo,
  pastKnee,
  rowAt,
} from '../compare.js';
import type { Finding } from '../headlines.js';
import { largeGameplay } from '../parts/large-content.js';
import { type Server, withServers } from '../servers.js';
import { driveLoad, pointsOf, type Story, type StoryWorld, type Told, withCpuShare } from '../story.js';
import { answeringColumns, curveTable } from '../tables.js';

/** Of what parsing alone would admit: the machine's speed decides where the knee is. */
const beforeShares = [0.5, 0.7, 0.9, 1.2];
const afterShares = [...beforeShares, 5, 10, 12];
const watchCounts = [0, 100, 200, 400, 1_000];
/** One for each request that a node of 200 work units has in flight. */
const usualWatches = 200;
const bar: Bar = { p99Ms: 50, failedShare: 0.001 };

type Measured = Answering | 'cpuShare';
type Memory = 'residentMb' | 'heapMb';

interface Servers {
  readonly generator: Server;
  readonly before: Server;
  readonly after: Server;
}

export const configLayer: Story = async (world) => {
  const { aws, files } = world;
  const gameplay = await largeGameplay();
  await publishTo(aws, { environment: 'production', profile: 'gameplay' }, gameplay);
  await publishTo(aws, { environment: 'production', profile: 'limits' }, await contentOf('limits'));
  const [environment, nodeOptions] = [aws.environment, ['--expose-gc']];
  const programs = [
    { name: 'generator' },
    { name: 'heap-layer', environment, nodeOptions },
    { name: 'veltrix-service', environment, nodeOptions },
  ];
  return withServers(files, programs, async ([generator, before, after]) => {
    if (!generator || !before || !after) throw new RangeError('a server is missing');
    const documentKb = JSON.stringify(gameplay).length / 1_000;
    return compare(world, { generator, before, after }, documentKb);
  });
};

async function compare({ pace }: StoryWorld, servers: Servers, documentKb: number): Promise<Told> {
  const { generator, before, after } = servers;
  const { ms: parseMs } = z.object({ ms: z.number() }).parse(await before.ask('/parse'));
  const rates = (shares: readonly number[]) =>
    shares.map((share) => 10 * Math.round((share * 100) / parseMs));
  const points = pointsOf({ before: rates(beforeShares), after: rates(afterShares) }, pace);
  const under = (server: Server) => async (at: number, round: number) => {
    const load = { ratePerSecond: at, seed: round, target: { kind: 'one', port: server.port } } as const;
    const { result, cpuShare } = await withCpuShare(server, () => driveLoad(generator, pace, load));
    return { ...answeringOf(result), cpuShare };
  };
  const curves = await compareInTurn<Measured>(
    { at: points.before, measure: under(before) },
    { at: points.after, measure: under(after) },
    pace.rounds,
  );
  const holding = (server: Server) => async (at: number) => {
    await server.ask(`/?watches=${at}`);
    return server.usage();
  };
  const counts = pointsOf({ before: watchCounts, after: watchCounts }, pace);
  const memory = await compareInTurn<Memory | 'cpuMs'>(
    { at: counts.before, measure: holding(before) },
    { at: counts.after, measure: holding(after) },
    pace.rounds,
  );
  return tell(curves, memory, { documentKb, parseMs });
}

function tell(
  curves: Curves<Measured>,
  memory: Curves<Memory>,
  { documentKb, parseMs }: { readonly documentKb: number; readonly parseMs: number },
): Told {
  return {
    title: 'A heap-bound configuration layer',
    before:
      'A layer keeps the raw documents, parses them for each reader, so that no reader spoils them for another, and gives each watch a copy to compare the next version with.',
    after:
      'The Veltrix client: parsed and checked once for each version, frozen, and shared by all who read or watch.',
    method: `Both poll the same gameplay (as many hunts and clues as its schema admits: ${Math.round(documentKb)} KB, ${parseMs.toFixed(1)} ms to parse), and a request reads one number of it. Memory is what is left after a garbage collection.`,
    tables: [
      curveTable({ about: 'Under load:', at: 'requests/s' }, curves, [
        ...answeringColumns,
        { title: 'CPU %', name: 'cpuShare', as: 'percent' },
      ]),
      curveTable({ about: 'Idle, with so many watches:', at: 'watches' }, memory, [
        { title: 'resident MB', name: 'residentMb' },
        { title: 'heap MB', name: 'heapMb' },
      ]),
    ],
    findings: [...loadFindings(curves), ...memoryFindings(memory)],
  };
}

function loadFindings(curves: Curves<Measured>): Finding[] {
  const [heldBefore, heldAfter] = [heldUpTo(curves.before, bar), heldUpTo(curves.after, bar)];
  const past = pastKnee(curves, bar);
  const [then, now] = [rowAt(curves.before, past).median, rowAt(curves.after, past).median];
  return [
    {
      headline: 'layerLatency',
      where: `p50 at ${past} requests/s, the first that the layer does not hold`,
      before: then.p50Ms,
      after: now.p50Ms,
      unit: ' ms',
    },
    {
      headline: 'events',
      where: `most requests/s with p99 ≤ ${bar.p99Ms} ms and failures ≤ 0.1 %`,
      before: heldBefore,
      after: heldAfter,
      unit: '/s',
    },
    {
      headline: 'layerCpu',
      where: `CPU at ${past} requests/s`,
      before: 100 * then.cpuShare,
      after: 100 * now.cpuShare,
      unit: ' %',
    },
  ];
}

/** Both: the heap is the layer's own; a process also needs what Node needs. */
function memoryFindings(memory: Curves<Memory>): Finding[] {
  const most = memory.before.at(-1)?.at ?? 0;
  const usual = memory.before.some((row) => row.at === usualWatches) ? usualWatches : most;
  return [memoryFinding(memory, 'heapMb', usual), memoryFinding(memory, 'residentMb', most)];
}

function memoryFinding(memory: Curves<Memory>, name: Memory, at: number): Finding {
  return {
    headline: 'memory',
    where: `${name === 'heapMb' ? 'heap' : 'resident, all of the process'}, with ${at.toLocaleString('en')} watches`,
    before: rowAt(memory.before, at).median[name],
    after: rowAt(memory.after, at).median[name],
    unit: ' MB',
  };
}

/** One configuration server that every request asks, against configuration in the memory of who needs it. */

import * as z from 'zod';
import type { LocalAws } from '../../../local/index.js';
import { publishSample } from '../../world/publishing.js';
import {
  type Answering,
  answeringOf,
  type Bar,
  type Curves,
  compareInTurn,
  heldUpTo,
  lastHeld,
  pastKnee,
  rowAt,
} from '../compare.js';
import type { Finding } from '../headlines.js';
import { type Server, withServers } from '../servers.js';
import { driveLoad, pointsOf, type Story, type StoryWorld, type Told, withCpuShare } from '../story.js';
import { answeringColumns, curveTable } from '../tables.js';

/** Requests a second. The store can give its one lock to 500. */
const beforeAt = [200, 400, 450, 500, 600];
const afterAt = [400, 500, 600, 4_000, 8_000, 10_000];
const bar: Bar = { p99Ms: 50, failedShare: 0.001 };
/** As `programs/config-server.ts` has it. */
const holdMs = 2;

/** What a request does besides, without a processor. */
const WORK_MS = '5';

type Measured = Answering | 'cpuShare' | 'storeShare';

interface Servers {
  readonly generator: Server;
  readonly configServer: Server;
  readonly asking: Server;
  readonly veltrix: Server;
}

export const configServer: Story = async (world) => {
  await publishSample(world.aws, 'production');
  const programs = [
    { name: 'generator' },
    { name: 'config-server' },
    { name: 'veltrix-service', environment: { ...world.aws.environment, WORK_MS } },
  ];
  return withServers(world.files, programs, ([generator, store, veltrix]) => {
    const CONFIG_PORT = String(store?.port);
    return withServers(
      world.files,
      [{ name: 'asking-service', environment: { CONFIG_PORT, WORK_MS } }],
      ([asking]) => {
        if (!generator || !store || !veltrix || !asking) throw new RangeError('a server is missing');
        return compare(world, { generator, configServer: store, asking, veltrix });
      },
    );
  });
};

async function compare(world: StoryWorld, servers: Servers): Promise<Told> {
  const { pace } = world;
  const [pollsBefore, beganMs] = [await pollsOf(world.aws), performance.now()];
  const points = pointsOf({ before: beforeAt, after: afterAt }, pace);
  const curves = await compareInTurn<Measured>(
    { at: points.before, measure: (at, round) => measureBefore(world, servers, { at, round }) },
    { at: points.after, measure: (at, round) => measureAfter(world, servers, { at, round }) },
    pace.rounds,
  );
  const pollsPerSecond = ((await pollsOf(world.aws)) - pollsBefore) / ((performance.now() - beganMs) / 1_000);
  return tell(curves, (pollsPerSecond * holdMs) / 1_000);
}

interface At {
  readonly at: number;
  readonly round: number;
}

async function measureBefore({ pace }: StoryWorld, servers: Servers, { at, round }: At) {
  const { generator, asking, configServer: store } = servers;
  const [busyBeforeMs, beganMs] = [await busyMsOf(store), performance.now()];
  const { result, cpuShare } = await withCpuShare(asking, () =>
    driveAt(generator, asking, { pace, at, round }),
  );
  const storeShare = ((await busyMsOf(store)) - busyBeforeMs) / (performance.now() - beganMs);
  return { ...answeringOf(result), cpuShare, storeShare };
}

async function measureAfter({ pace }: StoryWorld, { generator, veltrix }: Servers, { at, round }: At) {
  const { result, cpuShare } = await withCpuShare(veltrix, () =>
    driveAt(generator, veltrix, { pace, at, round }),
  );
  // Its polls are too few to be seen at one point: they are counted over the whole story.
  return { ...answeringOf(result), cpuShare, storeShare: Number.NaN };
}

const driveAt = (generator: Server, { port }: Server, { pace, at, round }: At & Pick<StoryWorld, 'pace'>) =>
  driveLoad(generator, pace, { ratePerSecond: at, seed: round, target: { kind: 'one', port } });

async function busyMsOf(store: Server): Promise<number> {
  return z.object({ busyMs: z.number() }).parse(await store.ask('/busy')).busyMs;
}

/** Requests that AppConfig's data plane has answered. */
async function pollsOf({ endpoint }: LocalAws): Promise<number> {
  const text = await (await fetch(`${endpoint}/metrics`)).text();
  const counts = text.matchAll(/^local_aws_requests_total\{service="appconfigdata".*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

const tell = (curves: Curves<Measured>, pollShare: number): Told => ({
  title: 'One configuration server',
  before:
    'A service asks the one configuration server in each request. The server reads its store under one lock, 2 ms each; 256 requests may wait, more are turned away.',
  after:
    'The same service with the Veltrix client: configuration is polled from AppConfig every minute and read from memory.',
  method:
    'Each request also takes 5 ms of work that needs no processor. Generator, service and configuration server are processes; HTTP over kept connections.',
  tables: [
    curveTable({ at: 'requests/s' }, curves, [
      ...answeringColumns,
      { title: 'CPU of the service %', name: 'cpuShare', as: 'percent' },
      { title: 'store busy %', name: 'storeShare', as: 'percent' },
    ]),
  ],
  findings: findingsOf(curves, pollShare),
});

function findingsOf(curves: Curves<Measured>, pollShare: number): Finding[] {
  const [heldBefore, heldAfter] = [heldUpTo(curves.before, bar), heldUpTo(curves.after, bar)];
  const past = pastKnee(curves, bar);
  const [then, now] = [rowAt(curves.before, past).median, rowAt(curves.after, past).median];
  const over = curves.before.at(-1)?.at ?? past;
  const busyAt = lastHeld(curves.before, bar);
  const justPast = `${past} requests/s, the first that the configuration server does not hold`;
  const held = `most requests/s with p99 ≤ ${bar.p99Ms} ms and failures ≤ 0.1 %`;
  return [
    {
      headline: 'responseTime',
      where: `p50 at ${justPast}`,
      before: then.p50Ms,
      after: now.p50Ms,
      unit: ' ms',
    },
    {
      headline: 'keyedLatency',
      where: `p50 at ${over} requests/s`,
      before: rowAt(curves.before, over).median.p50Ms,
      after: rowAt(curves.after, over).median.p50Ms,
      unit: ' ms',
    },
    {
      headline: 'storeUtilisation',
      where: `share of its time the store is busy, at ${busyAt} requests/s`,
      before: 100 * rowAt(curves.before, busyAt).median.storeShare,
      after: 100 * pollShare,
      unit: ' %',
    },
    { headline: 'keyedTraffic', where: held, before: heldBefore, after: heldAfter, unit: '/s' },
    {
      headline: 'overflow',
      where: `failed at ${over} requests/s`,
      before: 100 * rowAt(curves.before, over).median.failedShare,
      after: 100 * rowAt(curves.after, over).median.failedShare,
      unit: ' %',
      unless:
        'the line of 256 was not full when the point ended: requests were late and none was turned away; under the shared lock they are (failed reservations)',
    },
  ];
}

/** Keyed reservations on more than 15 uneven nodes: by hash, under one shared lock, against partitions that are owned by lease. */

import type { LocalAws } from '../../../local/index.js';
import { round } from '../../figures.js';
import {
  type Answering,
  answeringOf,
  type Bar,
  type Curves,
  compareInTurn,
  heldUpTo,
  rowAt,
} from '../compare.js';
import { capacityOf, drawNodes, type Fleet, offeredTo, withFleets } from '../fleet.js';
import type { Finding } from '../headlines.js';
import type { Target } from '../load/plan.js';
import { doubleGrants, grantsSchema } from '../parts/grants.js';
import { type Server, withServers } from '../servers.js';
import { describeSettling, lookEveryMs, type Settled, untilSettled } from '../settling.js';
import { driveLoad, type Pace, pointsOf, type Story, type Told } from '../story.js';
import { answeringColumns, curveTable } from '../tables.js';

const [fullNodes, quickNodes] = [20, 3];
const slots = 4;
/** What a reservation is held for, on average, at the speed the sizing says. */
const holdMs = 27;
/** A tenth of the nodes is slow besides. */
const slowEvery = 10;
const slowTimes = 2.5;
const keys = { count: 100_000, zipf: 0.6 };

/** Reservations a second by so many times the fleet's nodes; the store behind the lock can do 500, which is 16 nodes'. */
const lockedTimes = [0.5, 0.75, 1, 1.5];
const eachBrings = 30;
/** Percent of what the fleet can really do. */
const hashShares = [30, 45, 65];
const ownedShares = [...hashShares, 75];
const bar: Bar = { p99Ms: 500, failedShare: 0.005 };

/** The load under which the table comes to rest, in percent of what the fleet can really do. */
const settleShare = 65;

type Measured = Answering | 'hottestShare' | 'doubleGrants';

interface Side {
  readonly nodes: readonly Server[];
  readonly target: Target;
  readonly path: '/locked' | '/reserve';
}

interface Scene {
  readonly aws: LocalAws;
  readonly generator: Server;
  readonly pace: Pace;
  readonly fleet: Fleet;
  readonly locked: Side;
  readonly hashed: Side;
  readonly owned: Side;
}

export const keyedNodes: Story = (world) => {
  const { aws, pace, files } = world;
  const fleet = unevenFleet(pace.points === 'all' ? fullNodes : quickNodes);
  return withServers(files, [{ name: 'config-server' }], ([store]) => {
    const plainEnvironment = { STORE_PORT: String(store?.port) };
    return withFleets(world, { ...fleet, plainEnvironment }, ({ generator, plain, routed }) => {
      const hash: Target = { kind: 'hash', ports: plain.map(({ port }) => port) };
      const locked: Side = { nodes: plain, target: hash, path: '/locked' };
      const owned: Side = { nodes: routed, target: { kind: 'router', keyed: true }, path: '/reserve' };
      return compare({ aws, generator, pace, fleet, locked, hashed: { ...locked, path: '/reserve' }, owned });
    });
  });
};

function unevenFleet(count: number): Fleet {
  const nodes = drawNodes(count, () => slots).map((node, index) =>
    index % slowEvery === 4 ? { ...node, speed: node.speed / slowTimes } : node,
  );
  return { nodes, workMs: holdMs };
}

async function compare(scene: Scene): Promise<Told> {
  const { pace, locked, hashed, owned } = scene;
  const percent = (share: number) => Math.round((share / 100) * capacityOf(scene.fleet));
  const under = (side: Side) => (at: number, round: number) => measure(scene, side, { at, round });
  const settled = pace.points === 'all' ? await settle(scene, percent(settleShare)) : undefined;
  const lockedAt = lockedTimes.map((times) => Math.round(times * eachBrings * scene.fleet.nodes.length));
  const ownedAt = [...lockedAt.slice(2), ...ownedShares.map(percent)].toSorted((a, b) => a - b);
  const points = pointsOf({ before: lockedAt, after: ownedAt }, pace);
  const underLock = await compareInTurn<Measured>(
    { at: points.before, measure: under(locked) },
    { at: points.after, measure: under(owned) },
    pace.rounds,
  );
  const shared = points.after.filter((at) => hashShares.map(percent).includes(at));
  const hashAt = shared.length > 0 ? shared : points.after.slice(-1);
  const byHash = await compareInTurn<Measured>(
    { at: hashAt, measure: under(hashed) },
    { at: [], measure: under(owned) },
    pace.rounds,
  );
  return tell(scene, { settled, underLock, byHash: { before: byHash.before, after: underLock.after } });
}

/** Lets nodes and partitions be measured, and the table come to rest. */
function settle(scene: Scene, at: number): Promise<Settled> {
  const pace = { ...scene.pace, warmUpMs: 0, measureMs: lookEveryMs };
  return untilSettled(scene.aws, async (round) => {
    const { failedShare } = await measure({ ...scene, pace }, scene.owned, { at, round });
    return failedShare;
  });
}

interface At {
  readonly at: number;
  readonly round: number;
}

async function measure({ generator, pace }: Scene, { nodes, target, path }: Side, { at, round }: At) {
  const offeredBefore = await offeredTo(nodes);
  const outcome = await driveLoad(generator, pace, {
    ratePerSecond: at,
    seed: round,
    target,
    keys,
    requests: [{ kind: 'reservation', share: 1, path: `${path}?key={key}&number={number}` }],
  });
  const offered = await offeredTo(nodes);
  const slotMs = slots * (pace.warmUpMs + pace.measureMs);
  const shares = offered.map((ms, index) => (ms - (offeredBefore[index] ?? 0)) / slotMs);
  return {
    ...answeringOf(outcome),
    hottestShare: Math.max(...shares),
    doubleGrants: await doubleGrantsOf(nodes),
  };
}

async function doubleGrantsOf(nodes: readonly Server[]): Promise<number> {
  const grants = await Promise.all(nodes.map(async (node) => grantsSchema.parse(await node.ask('/grants'))));
  return doubleGrants(grants.flat());
}

const columns = [
  ...answeringColumns,
  { title: 'sent to the hottest node, % of what it can do', name: 'hottestShare', as: 'percent' },
  { title: 'double grants', name: 'doubleGrants' },
] as const;

interface Found {
  readonly settled: Settled | undefined;
  readonly underLock: Curves<Measured>;
  readonly byHash: Curves<Measured>;
}

const tell = (scene: Scene, { settled, underLock, byHash }: Found): Told => ({
  title: 'More than 15 uneven nodes, and one lock',
  before: `The hash of a key names its node; the node reserves the key’s resource in a shared store, which serves one at a time, 2 ms each (500 a second: 16 nodes at ${eachBrings} reservations a second each). Without the lock in the second table: safe only while no node comes or goes.`,
  after:
    'Veltrix: partitions are owned by lease, and assigned by what nodes and keys are measured to do. The owner grants from its memory, under its partition’s epoch; `router.send` goes to owners only (`exclusive`).',
  method: `${scene.fleet.nodes.length} node processes, ${slots} places each, whose real speeds differ (log-normal, σ 0.5), a tenth of them slower still (${slowTimes} times); a reservation is held for ${holdMs} ms on average (exponential), its resource by nobody else. Keys by Zipf ${keys.zipf} over ${keys.count.toLocaleString('en')}. The fleet can really do ${Math.round(capacityOf(scene.fleet)).toLocaleString('en')} reservations/s. Failed: turned away, not granted, or no answer within a second. Double grants: every node writes down what it granted and when, on the clock that all share.${settled ? ` ${describeSettling(settled)}` : ''}`,
  tables: [
    curveTable({ about: 'Under the shared lock:', at: 'reservations/s' }, underLock, columns),
    curveTable({ about: 'By hash alone, without the lock:', at: 'reservations/s' }, byHash, columns),
  ],
  findings: findingsOf(scene, underLock, byHash),
});

function findingsOf({ fleet }: Scene, underLock: Curves<Measured>, byHash: Curves<Measured>): Finding[] {
  const held = heldUpTo(underLock.after, bar);
  const nodes = (perSecond: number) => (1_000 * fleet.nodes.length) / perSecond;
  const bars = `p99 ≤ ${bar.p99Ms} ms and failures ≤ ${100 * bar.failedShare} %`;
  const past = underLock.before.at(-1)?.at ?? 0;
  const [then, now] = [rowAt(underLock.before, past).median, rowAt(underLock.after, past).median];
  const busy = byHash.before.at(-1)?.at ?? 0;
  const where = `failed at ${past} reservations/s, as ${past / eachBrings} nodes bring them`;
  return [
    {
      headline: 'reservations',
      where,
      before: 100 * then.failedShare,
      after: 100 * now.failedShare,
      unit: ' %',
    },
    {
      headline: 'traffic',
      where: `most reservations/s with ${bars}`,
      before: heldUpTo(underLock.before, bar),
      after: held,
      unit: '/s',
      unless:
        'past it too much fails: a partition on its way to another owner is served by nobody for some seconds',
    },
    {
      headline: 'cost',
      where: `nodes for 1,000 reservations/s, by hash alone and by lease, with ${bars}`,
      before: nodes(heldUpTo(byHash.before, bar)),
      after: nodes(held),
      unit: '',
      unless: 'work that has a home cannot go elsewhere: the most loaded node bounds both',
    },
    {
      headline: 'hottestNode',
      where: `work sent to the hottest node by hash alone, of what it can do, at ${busy} reservations/s`,
      before: 100 * rowAt(byHash.before, busy).median.hottestShare,
      after: 100 * rowAt(byHash.after, busy).median.hottestShare,
      unit: ' %',
      unless: `work is conserved: no node of a balanced fleet has less than the mean, ${round((100 * busy) / capacityOf(fleet))} % here`,
    },
  ];
}

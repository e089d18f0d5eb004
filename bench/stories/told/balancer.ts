/** Weights that somebody wrote down, against a router that goes by what it has in flight and what nodes can really do. */

import { setTimeout as delay } from 'node:timers/promises';
import { round } from '../../figures.js';
import { withBalancer } from '../balancers.js';
import {
  type Answering,
  answeringOf,
  type Bar,
  type Curves,
  compareInTurn,
  heldUpTo,
  rowAt,
} from '../compare.js';
import { capacityOf, drawNodes, type Fleet, withFleets } from '../fleet.js';
import type { Finding } from '../headlines.js';
import type { Outcome, Target } from '../load/plan.js';
import type { Server } from '../servers.js';
import { driveLoad, type Pace, pointsOf, type Story, type Told } from '../story.js';
import { answeringColumns, curveTable } from '../tables.js';

const workMs = 40;
/** Two types of machine, and the weights that go with them: what the sizing knows. */
const [smallSlots, largeSlots] = [3, 6];
const [fullNodes, quickNodes] = [16, 2];

/** Percent of what the fleet can really do. */
const beforeAt = [15, 25, 35, 45, 60];
const afterAt = [45, 60, 75, 85, 92];
const bar: Bar = { p99Ms: 500, failedShare: 0.001 };

/** So that the router knows what the nodes can do. */
const warmMs = 8_000;

/** Of sixteen nodes two at quarter speed, later two gone. */
const harmedEvery = 8;
const chaosAt = 60;
const chaosMs = 5_000;
/** Shares of that time. */
const [slowTo, goneFrom, goneTo] = [0.4, 0.5, 0.9];
const quickChaosMs = 500;

interface Side {
  readonly nodes: readonly Server[];
  readonly target: Target;
}

interface Scene {
  readonly generator: Server;
  readonly before: Side;
  readonly after: Side;
  readonly pace: Pace;
  readonly fleet: Fleet;
  /** The balancer, as the page names it. */
  readonly what: string;
}

export const balancer: Story = async (world) => {
  const { pace, files } = world;
  const count = pace.points === 'all' ? fullNodes : quickNodes;
  const nodes = drawNodes(count, (index) => (index % 2 === 0 ? smallSlots : largeSlots));
  const fleet = { nodes, workMs };
  return withFleets(world, { ...fleet, plainEnvironment: {} }, ({ generator, plain, routed }) =>
    withBalancer(files, weightsOf(fleet, plain), ({ port, what }) => {
      const before: Side = { nodes: plain, target: { kind: 'one', port } };
      const after: Side = { nodes: routed, target: { kind: 'router', keyed: false } };
      return compare({ generator, before, after, pace, fleet, what });
    }),
  );
};

const weightsOf = ({ nodes }: Fleet, servers: readonly Server[]) =>
  nodes.map(({ name, slots }, index) => ({ name, weight: 10 * slots, port: servers[index]?.port ?? 0 }));

async function compare(scene: Scene): Promise<Told> {
  const { before, after, pace } = scene;
  const under = (side: Side, drive: typeof driveShare) => async (at: number, round: number) =>
    answeringOf(await drive(scene, side, { at, round }));
  if (pace.points === 'all') await warmUp(scene);
  const points = pointsOf({ before: beforeAt, after: afterAt }, pace);
  const curves = await compareInTurn<Answering>(
    { at: points.before, measure: under(before, driveShare) },
    { at: points.after, measure: under(after, driveShare) },
    pace.rounds,
  );
  const chaos = await compareInTurn<Answering>(
    { at: [chaosAt], measure: under(before, driveChaos) },
    { at: [chaosAt], measure: under(after, driveChaos) },
    pace.rounds,
  );
  return tell(scene, curves, chaos);
}

const warmUp = (scene: Scene): Promise<Outcome> =>
  driveShare({ ...scene, pace: { ...scene.pace, measureMs: warmMs } }, scene.after, {
    at: chaosAt,
    round: 0,
  });

interface At {
  readonly at: number;
  readonly round: number;
}

const driveShare = ({ generator, pace, fleet }: Scene, { target }: Side, { at, round }: At) =>
  driveLoad(generator, pace, {
    ratePerSecond: (at / 100) * capacityOf(fleet),
    seed: round,
    target,
    requests: [{ kind: 'request', share: 1, path: '/?number={number}' }],
  });

/** Who is slow and who is gone changes from round to round, and is the same for both sides. */
async function driveChaos(scene: Scene, side: Side, { at, round }: At): Promise<Outcome> {
  const measureMs = scene.pace.points === 'all' ? chaosMs : quickChaosMs;
  const driving = driveShare({ ...scene, pace: { ...scene.pace, measureMs } }, side, { at, round });
  const harmed = (offset: number) =>
    side.nodes.filter((_, index) => (index + round) % harmedEvery === offset);
  const [slow, gone] = [harmed(0), harmed(1)];
  await askAll(slow, '/slow?times=4');
  await delay(slowTo * measureMs);
  await askAll(slow, '/slow?times=1');
  await delay((goneFrom - slowTo) * measureMs);
  await askAll(gone, `/vanish?forMs=${(goneTo - goneFrom) * measureMs}`);
  return driving;
}

const askAll = (nodes: readonly Server[], path: string) => Promise.all(nodes.map((node) => node.ask(path)));

const tell = ({ fleet, what }: Scene, curves: Curves<Answering>, chaos: Curves<Answering>): Told => ({
  title: 'Static weights behind a balancer',
  before: `${what} with \`balance roundrobin\`, weights by the type of machine, health checks every 2 s, \`retries 3\` and \`option redispatch\`.`,
  after:
    'The Veltrix client: `router.send` picks of two nodes the one with which it has less in flight for what the node can do, as measured; one refused connection puts a node aside.',
  method: `${fleet.nodes.length} node processes of two types (${smallSlots} and ${largeSlots} places, ${workMs} ms of work on average, exponential), whose real speeds differ within a type (log-normal, σ 0.5), as nobody wrote down. Load is percent of the ${Math.round(capacityOf(fleet)).toLocaleString('en')} requests/s that the fleet can really do. In chaos one node in ${harmedEvery} runs at quarter speed for ${(slowTo * chaosMs) / 1_000} s of ${chaosMs / 1_000}; later another one in ${harmedEvery} refuses connections for ${((goneTo - goneFrom) * chaosMs) / 1_000} s, and goes on reporting that it is well.`,
  tables: [
    curveTable({ about: 'Steady:', at: 'load %' }, curves, answeringColumns),
    curveTable({ about: 'Chaos:', at: 'load %' }, chaos, answeringColumns),
  ],
  findings: findingsOf(fleet, curves, chaos),
});

function findingsOf(fleet: Fleet, curves: Curves<Answering>, chaos: Curves<Answering>): Finding[] {
  const held = [curves.before, curves.after].map((rows) => heldUpTo(rows, bar));
  const [before = 0, after = 0] = held;
  const requests = (share: number) => (share / 100) * capacityOf(fleet);
  const nodes = (share: number) => (1_000 * fleet.nodes.length) / requests(share);
  const [then, now] = [rowAt(chaos.before, chaosAt).median, rowAt(chaos.after, chaosAt).median];
  const bars = `p99 ≤ ${bar.p99Ms} ms and failures ≤ 0.1 %`;
  const unless = boundOf(fleet);
  return [
    {
      headline: 'errors',
      where: `failed in chaos, at ${chaosAt} % load`,
      before: 100 * then.failedShare,
      after: 100 * now.failedShare,
      unit: ' %',
    },
    {
      headline: 'cost',
      where: `nodes for 1,000 requests/s with ${bars}`,
      before: nodes(before),
      after: nodes(after),
      unit: '',
      unless,
    },
    {
      headline: 'traffic',
      where: `most requests/s with ${bars}`,
      before: requests(before),
      after: requests(after),
      unit: '/s',
      unless,
    },
  ];
}

/** What no router can do more than: static weights hold until the slowest node is full. */
function boundOf({ nodes }: Fleet): string {
  const speeds = nodes.map(({ speed }) => speed);
  const mean = speeds.reduce((sum, speed) => sum + speed, 0) / speeds.length;
  const most = round(mean / Math.min(...speeds));
  return `weights fail when the slowest node is full, so nothing can gain more than ${most}× here, where it has ${round(Math.min(...speeds) / mean)} of the mean speed`;
}

/** A replica manager behind one lock, against conditional writes and change events. */

import {
  type Answering,
  answeringOf,
  type Bar,
  type Curves,
  compareInTurn,
  heldUpTo,
  lastHeld,
  rowAt,
} from '../compare.js';
import type { Finding } from '../headlines.js';
import type { KindOutcome } from '../load/plan.js';
import { type Server, withServers } from '../servers.js';
import { driveLoad, pointsOf, type Story, type StoryWorld, type Told } from '../story.js';
import { answeringColumns, curveTable } from '../tables.js';

/** Requests a second; one in five is a change. */
const beforeAt = [50, 100, 200, 400];
const afterAt = [...beforeAt, 600, 800];
const changeShare = 0.2;
const managers = 2;
const bar: Bar = { p99Ms: 250, failedShare: 0.001 };

type Measured = Answering | 'lookUpMs' | 'changeMs';

export const replicaManager: Story = (world) =>
  withServers(world.files, [{ name: 'lock-server' }, { name: 'replica' }], ([lock, replica]) => {
    const { environment } = world.aws;
    const locking = { ...environment, LOCK_PORT: String(lock?.port), REPLICA_PORT: String(replica?.port) };
    const programs = [
      { name: 'generator' },
      ...Array.from({ length: managers }, () => ({ name: 'locking-manager', environment: locking })),
      ...Array.from({ length: managers }, () => ({ name: 'conditional-manager', environment })),
    ];
    return withServers(world.files, programs, ([generator, ...servers]) => {
      if (!generator) throw new RangeError('the generator is missing');
      const [before, after] = [servers.slice(0, managers), servers.slice(managers)];
      return compare(world, generator, { before, after });
    });
  });

interface Managers {
  readonly before: readonly Server[];
  readonly after: readonly Server[];
}

async function compare({ pace }: StoryWorld, generator: Server, { before, after }: Managers): Promise<Told> {
  const under = (servers: readonly Server[]) => async (at: number, round: number) => {
    const outcome = await driveLoad(generator, pace, {
      ratePerSecond: at,
      seed: round,
      target: { kind: 'hash', ports: servers.map(({ port }) => port) },
      keys: { count: 1_000, zipf: 0.6 },
      requests: [
        { kind: 'look-up', share: 1 - changeShare, path: '/look-up?key={key}' },
        { kind: 'change', share: changeShare, path: '/change?key={key}' },
      ],
    });
    const { 'look-up': lookUp, change } = outcome.byKind;
    return { ...answeringOf(outcome), lookUpMs: medianMs(lookUp), changeMs: medianMs(change) };
  };
  const points = pointsOf({ before: beforeAt, after: afterAt }, pace);
  const curves = await compareInTurn<Measured>(
    { at: points.before, measure: under(before) },
    { at: points.after, measure: under(after) },
    pace.rounds,
  );
  return tell(curves);
}

const medianMs = (kind: KindOutcome | undefined): number => kind?.p50Ms ?? Number.POSITIVE_INFINITY;

const tell = (curves: Curves<Measured>): Told => ({
  title: 'A replica manager behind a lock',
  before:
    'Two managers share one lock, for many readers or one writer, in order of arrival (the recipe for ZooKeeper). A change holds it while it reads the record, tells three replicas in turn and writes the record; a look-up takes it shared.',
  after:
    'Two managers change a record over exactly the revision they know, by conditional write (again when another was quicker), and put an event on the stream `changes`, from which replicas learn; look-ups are answered from memory, at most two seconds old.',
  method: `One request in ${1 / changeShare} is a change, of one of 16 records. Both keep the records in the same table of the local DynamoDB, through the same adapter (\`aws/dynamodb/drains.ts\`). Lock server, replica, managers and generator are processes.`,
  tables: [
    curveTable({ at: 'requests/s' }, curves, [
      ...answeringColumns,
      { title: 'look-up p50 ms', name: 'lookUpMs' },
      { title: 'change p50 ms', name: 'changeMs' },
    ]),
  ],
  findings: findingsOf(curves),
});

function findingsOf(curves: Curves<Measured>): Finding[] {
  const [before, after] = [heldUpTo(curves.before, bar), heldUpTo(curves.after, bar)];
  const at = lastHeld(curves.before, bar);
  return [
    {
      headline: 'changeLatency',
      where: `p50 of a change at ${at} requests/s, the most that the lock holds`,
      before: rowAt(curves.before, at).median.changeMs,
      after: rowAt(curves.after, at).median.changeMs,
      unit: ' ms',
    },
    {
      headline: 'concurrency',
      where: `most requests/s with p99 ≤ ${bar.p99Ms} ms and failures ≤ 0.1 %`,
      before,
      after,
      unit: '/s',
    },
  ];
}

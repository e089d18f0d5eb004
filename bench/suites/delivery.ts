/** How long a change takes from its acceptance to every node of a fleet. */

import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { LocalAws } from '../../local/index.js';
import { figure, quantile, round, show } from '../figures.js';
import type { Goal } from '../goals.js';
import { withScratch } from '../machinery/scratch.js';
import type { Section, Table } from '../report.js';
import { withCloud } from '../world/cloud.js';
import { contentOf } from '../world/content.js';
import { type Fleet, withFleet } from '../world/fleet.js';
import { type Place, publishSample, publishTo } from '../world/publishing.js';

const nodes = 20;
/** Asked for every so often by the one fleet, … */
const quickIntervalSeconds = 1;
const quickChanges = 12;
/** … and by the other when AppConfig says so: 60 seconds, unless it says otherwise (User Guide, `NextPollIntervalInSeconds`). */
const defaultIntervalSeconds = 60;
const defaultChanges = 2;

/** Spreads changes evenly over the interval of a poll, however many there are. */
const goldenRatio = 0.618;

export const delivery = (): Promise<Section> =>
  withScratch((directory) =>
    withCloud(async (aws) => {
      await publishSample(aws, 'staging');
      await publishSample(aws, 'production');
      const [quick, usual] = await Promise.all([measureQuick(aws, directory), measureUsual(aws, directory)]);
      return describe(quick, usual);
    }),
  );

/** Milliseconds from acceptance to each node, a list per change. */
type Delays = readonly (readonly number[])[];

const measureQuick = (aws: LocalAws, directory: string): Promise<Delays> =>
  withFleet(
    {
      environment: 'staging',
      nodes,
      pollIntervalSeconds: quickIntervalSeconds,
      spreadMs: quickIntervalSeconds * 1000,
      directory: path.join(directory, 'quick'),
      aws: aws.environment,
    },
    (fleet) => measureChanges({ aws, fleet, environment: 'staging', changes: quickChanges }),
  );

const measureUsual = (aws: LocalAws, directory: string): Promise<Delays> =>
  withFleet(
    {
      environment: 'production',
      nodes,
      spreadMs: defaultIntervalSeconds * 1000,
      directory: path.join(directory, 'usual'),
      aws: aws.environment,
    },
    (fleet) => measureChanges({ aws, fleet, environment: 'production', changes: defaultChanges }),
  );

interface Changing {
  readonly aws: LocalAws;
  readonly fleet: Fleet;
  readonly environment: Place['environment'];
  readonly changes: number;
}

async function measureChanges({ aws, fleet, environment, changes }: Changing): Promise<Delays> {
  await fleet.ready();
  const gameplay = await contentOf('gameplay');
  const delays: (readonly number[])[] = [];
  for (let change = 1; change <= changes; change++) {
    await setTimeout(((change * goldenRatio) % 1) * quickIntervalSeconds * 1000);
    const content = { ...gameplay, coolDownMs: Number(gameplay['coolDownMs']) + change };
    const { label } = await publishTo(aws, { environment, profile: 'gameplay' }, content);
    const acceptedAtMs = Date.now();
    const appliedAtMs = await fleet.applied(label);
    delays.push(appliedAtMs.map((atMs) => atMs - acceptedAtMs));
  }
  return delays;
}

const describe = (quick: Delays, usual: Delays): Section => ({
  title: 'From accepted to every node',
  method: `A publish with strategy \`immediate\`, until ${nodes} connected nodes have the version in force (a node may be quicker than the answer to the publisher). The nodes of a fleet live in one process (two fleets, two environments, at the same time), report as usual, and keep their values on disk. One fleet asks every ${quickIntervalSeconds} s and sees ${quickChanges} changes; the other asks as AppConfig says, every ${defaultIntervalSeconds} s, was started over ${defaultIntervalSeconds} s, and sees only ${defaultChanges}: take its figures for what they are. Nodes vary their interval by a tenth either way.`,
  tables: [delayTable(quick, usual)],
  goals: [lastNodeGoal(quick, quickIntervalSeconds), lastNodeGoal(usual, defaultIntervalSeconds)],
});

/** Polling never takes longer than the interval at its longest. */
const lastNodeGoal = (delays: Delays, intervalSeconds: number): Goal => ({
  what: `the last node, of all changes, polling every ${intervalSeconds} s`,
  found: Math.max(...delays.flat()) / 1000,
  atMost: intervalSeconds * 1.1,
  unit: ' s',
});

function delayTable(quick: Delays, usual: Delays): Table {
  const row = (what: string, delays: Delays) => {
    const eachNode = delays.flat().map((ms) => ms / 1000);
    const lastNode = delays.map((ofChange) => Math.max(...ofChange) / 1000);
    return [
      what,
      String(delays.length),
      show(figure(eachNode)),
      round(quantile(eachNode, 0.99)),
      show(figure(lastNode)),
    ];
  };
  return {
    columns: ['nodes ask', 'changes', 's to a node', 's to a node, 99 %', 's to the last node'],
    rows: [
      row(`every ${quickIntervalSeconds} s`, quick),
      row(`as AppConfig says (${defaultIntervalSeconds} s); few samples`, usual),
    ],
  };
}

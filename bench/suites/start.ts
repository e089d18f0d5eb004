/** How long `npm start` takes to a fleet that holds its first versions. */

import * as z from 'zod';
import { figure, show } from '../figures.js';
import { runTimed, type TimedLine } from '../machinery/timed-lines.js';
import type { Section } from '../report.js';

const rounds = 3;

const eventSchema = z.object({
  event: z.string(),
  ready: z.number().optional(),
  wanted: z.number().optional(),
});
type Event = z.infer<typeof eventSchema>;

/** What the command does, in order, and the event at whose first occurrence each part is over. */
const parts = [
  { what: 'the build, and the local AWS', isOver: ({ event }) => event === 'local-aws' },
  { what: 'synthesize the stacks, once the local AWS is up', isOver: ({ event }) => event === 'synthesized' },
  { what: 'deploy them', isOver: ({ event }) => event === 'deployed' },
  { what: 'publish two profiles, start the first node', isOver: ({ event }) => event === 'nodes' },
  {
    what: 'start the other nodes',
    isOver: ({ event, ready, wanted }) => event === 'nodes' && ready === wanted,
  },
  { what: 'until every node has reported both versions', isOver: ({ event }) => event === 'converged' },
] as const satisfies readonly { readonly what: string; readonly isOver: (event: Event) => boolean }[];

export async function start(): Promise<Section> {
  const runs: (readonly number[])[] = [];
  for (let round = 0; round < rounds; round++) {
    runs.push(
      endsOfParts(await runTimed('npm', 'start', '--silent', '--', '--once', '--json', '--port', '0')),
    );
  }
  return describe(runs);
}

/** When each part was over, in milliseconds since the start. @throws Error when the command did not tell of one. */
function endsOfParts(lines: readonly TimedLine[]): readonly number[] {
  return parts.map(({ what, isOver }) => {
    const end = lines.find(({ value }) => isOver(eventSchema.parse(value)));
    if (!end) throw new Error(`npm start did not tell when it was over: ${what}`);
    return end.afterMs;
  });
}

function describe(runs: readonly (readonly number[])[]): Section {
  const whole = figure(runs.map((ends) => secondsOf(ends.at(-1))));
  const rows = parts.map(({ what }, index) => {
    const took = runs.map((ends) => secondsOf(ends[index]) - secondsOf(ends[index - 1]));
    return [what, show(figure(took))];
  });
  return {
    title: 'npm start',
    method: `\`npm start -- --once --json\`, ${rounds} times: local AWS, stacks, first versions and 20 processes of the sample with simulated players, from the command to the moment at which every node has reported that it holds both profiles.`,
    tables: [{ columns: ['part', 's'], rows: [...rows, ['in all', show(whole)]] }],
    goals: [{ what: 'a converged fleet of 20 nodes', found: whole.median, atMost: 30, unit: ' s' }],
  };
}

const secondsOf = (ms = 0): number => ms / 1000;

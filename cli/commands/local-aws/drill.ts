/** `veltrix drill`: makes services of the local AWS sick for a while, to see what happens then. Never those of a real AWS. */

import * as z from 'zod';
import { type Context, defineCommand } from '../../command.js';
import {
  allServices,
  beginFault,
  drillEndpoint,
  endFaults,
  faultyServices,
  listFaults,
  type ToldFault,
} from '../../local-aws/faults.js';
import { duration as durationArgument } from '../../parse-arguments.js';
import { count, duration, factLines, moment, type Page } from '../../terminal/layout.js';
import type { Paint } from '../../terminal/paint.js';

/** Long enough to look around; nobody forgets a drill for longer. */
const usualMs = 10 * 60_000;
const longestMs = 24 * 60 * 60_000;
/** Of `--how delay`: more than a client waits for. */
const delayMs = 15_000;

const forMs = durationArgument
  .pipe(z.number().positive().max(longestMs, 'expected at most 24h'))
  .default(usualMs);

interface Drill {
  readonly endpoint: string;
  readonly faults: readonly ToldFault[];
}

const outages = Object.keys(faultyServices) as [keyof typeof faultyServices];

export const drillOutage = defineCommand({
  args: z.object({
    service: z.enum(outages, { error: `expected one of ${outages.join(', ')}` }),
    how: z.enum(['fail', 'throttle', 'deny', 'delay', 'drop']).default('fail'),
    for: forMs,
  }),
  positional: ['service'],
  async run(context, { service, how, for: forMs }): Promise<Drill> {
    const endpoint = await endpointOf(context);
    const faults = await beginFault(endpoint, {
      services: faultyServices[service],
      kind: how,
      ...(how === 'delay' && { delayMs }),
      forMs,
    });
    return { endpoint, faults };
  },
  render: describeDrill,
});

export const drillOffline = defineCommand({
  args: z.object({ for: forMs }),
  async run(context, { for: forMs }): Promise<Drill> {
    const endpoint = await endpointOf(context);
    const faults = await beginFault(endpoint, {
      services: allServices,
      kind: 'drop',
      strikes: 'outside',
      forMs,
    });
    return { endpoint, faults };
  },
  render: describeDrill,
});

export const drillEnd = defineCommand({
  args: z.object({}),
  async run(context): Promise<{ readonly endpoint: string; readonly ended: readonly ToldFault[] }> {
    const endpoint = await endpointOf(context);
    return { endpoint, ended: await endFaults(endpoint) };
  },
  render({ ended }, paint) {
    if (ended.length === 0) return ['No drill is on.'];
    const struck = ended.reduce((sum, fault) => sum + fault.struck, 0);
    return [`${paint.good('✔')} the drill is over: it struck ${count(struck, 'call')}`];
  },
});

export const drill = defineCommand({
  args: z.object({}),
  async run(context): Promise<Drill> {
    const endpoint = await endpointOf(context);
    return { endpoint, faults: await listFaults(endpoint) };
  },
  render: describeDrill,
});

const endpointOf = ({ directory, environment }: Context): Promise<string> =>
  drillEndpoint(directory, environment);

const howWords: Readonly<Record<string, string>> = {
  fail: 'fails',
  throttle: 'throttles',
  deny: 'denies',
  delay: `answers after ${duration(delayMs)}`,
  drop: 'drops calls',
};

function describeDrill({ endpoint, faults }: Drill, paint: Paint, page: Page): readonly string[] {
  const target = paint.dim(`local AWS at ${endpoint}`);
  if (faults.length === 0) return [target, 'No drill is on.'];
  const facts = grouped(faults).map(([name, alike]): readonly [string, string] => {
    const [{ kind, untilMs }] = alike;
    const until = untilMs === undefined ? '' : ` until ${moment(new Date(untilMs).toISOString(), page)}`;
    const struck = alike.reduce((sum, fault) => sum + fault.struck, 0);
    return [`  ${name}`, `${paint.bad(howWords[kind] ?? kind)}${until}, struck ${count(struck, 'call')}`];
  });
  return [
    target,
    ...factLines(facts, page.columns),
    '',
    `  ${paint.dim('→')} see it: ${paint.code('veltrix status --watch')}; end it: ${paint.code('veltrix drill end')}`,
  ];
}

type Alike = readonly [ToldFault, ...ToldFault[]];

/** Services that are sick in the same way together, by their names. */
function grouped(faults: readonly ToldFault[]): readonly (readonly [name: string, alike: Alike])[] {
  const groups = new Map<string, [ToldFault, ...ToldFault[]]>();
  for (const fault of faults) {
    const key = JSON.stringify([fault.kind, fault.strikes, fault.untilMs]);
    const group = groups.get(key);
    if (group) group.push(fault);
    else groups.set(key, [fault]);
  }
  return [...groups.values()].map((alike) => {
    const isOffline = alike[0].strikes === 'outside';
    return [isOffline ? 'all of AWS, from here,' : alike.map(({ service }) => service).join(', '), alike];
  });
}

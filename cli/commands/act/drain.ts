/** `veltrix drain` and `undrain`: keeps work away from a node for a time; without a node, says which are drained. */

import * as z from 'zod';
import { drain as begin, undrain as end, type Undrained } from '../../../control/act/drain/drain.js';
import { waitUntilMoved } from '../../../control/act/drain/moved.js';
import { DrainRefused } from '../../../control/act/drain/outcomes.js';
import { type DrainPlace, planDrain } from '../../../control/act/drain/plan.js';
import { NotConverged } from '../../../control/act/outcomes.js';
import { demandCluster } from '../../../control/addressing.js';
import type { Cloud } from '../../../control/cloud.js';
import { type DrainsView, drains } from '../../../control/see/drains.js';
import { UsageError } from '../../../core/errors.js';
import {
  type DrainAnswer,
  describeDrained,
  describeDrainPlan,
  describeDrains,
  describeUndrained,
} from '../../act/drain-lines.js';
import { type Context, defineCommand } from '../../command.js';
import { address, duration, flag, message } from '../../parse-arguments.js';
import { count, duration as inWords } from '../../terminal/layout.js';

const minuteMs = 60_000;
const nodeName = z.string().min(1).max(256);

const argsSchema = z.object({
  address,
  node: nodeName.optional(),
  for: duration.default(30 * minuteMs),
  message: message.optional(),
  force: flag,
  wait: z.boolean().default(true),
  timeout: duration.default(minuteMs),
});
type Arguments = z.output<typeof argsSchema>;

export const drain = defineCommand({
  args: argsSchema,
  positional: ['address', 'node'],
  async run(context, args): Promise<DrainAnswer | DrainsView | undefined> {
    const cluster = demandCluster(args.address);
    const cloud = await context.cloud(args.node === undefined ? 'look' : 'change');
    if (args.node === undefined) return drains(cloud, cluster);
    const intent = { place: { cluster, node: args.node }, args, reason: demandReason(args) };
    return (await isAgreed(context, cloud, intent)) ? carryOut(context, cloud, intent) : undefined;
  },
  render: (answer, paint, page) =>
    'drains' in answer
      ? describeDrains(answer, { ...page, paint })
      : describeDrained(answer, { ...page, paint }),
  failure: (answer) => ('drains' in answer ? undefined : failureOf(answer)),
});

export const undrain = defineCommand({
  args: z.object({ address, node: nodeName, message }),
  positional: ['address', 'node'],
  async run(context, args): Promise<Undrained & { readonly askedAt: string }> {
    const cloud = await context.cloud('change');
    const place = { cluster: demandCluster(args.address), node: args.node };
    const done = await end(cloud, { ...place, reason: args.message, author: context.author() });
    return { ...done, askedAt: nowOf(cloud) };
  },
  render: (answer, paint, page) => describeUndrained(answer, { ...page, paint }),
});

interface Intent {
  readonly place: DrainPlace;
  readonly args: Arguments;
  readonly reason: string;
}

/** Shows what it means and asks once. Where there is no room nobody is asked: that takes --force. */
async function isAgreed(context: Context, cloud: Cloud, { place, args }: Intent): Promise<boolean> {
  const { screen } = context;
  if (context.yes || context.json || !screen.isTerminal) return true;
  const plan = await planDrain(cloud, place);
  if (!plan.room.isEnough && !args.force) throw new DrainRefused(plan);
  const { paint, columns, isTerminal } = screen;
  for (const line of describeDrainPlan(plan, nowOf(cloud), { paint, columns, isTerminal })) screen.line(line);
  if (await context.confirm(`Drain ${plan.node} for ${inWords(args.for)}?`)) return true;
  screen.line('Nothing was drained.');
  return false;
}

async function carryOut(context: Context, cloud: Cloud, intent: Intent): Promise<DrainAnswer> {
  const { place, args, reason } = intent;
  const order = { ...place, reason, durationMs: args.for, author: context.author(), isForced: args.force };
  const drained = await begin(cloud, order);
  const { screen, json } = context;
  const tell = (left: number) =>
    json ? undefined : screen.repaint([`  ${place.node} owns ${count(left, 'partition')} still`]);
  const watch = {
    ...place,
    owned: drained.partitions,
    timeoutMs: args.timeout,
    signal: context.signal,
    onProgress: tell,
  };
  const moved = args.wait ? await waitUntilMoved(cloud, watch) : undefined;
  if (!json) screen.repaint([]);
  return { ...drained, askedAt: nowOf(cloud), ...(moved && { moved }) };
}

function failureOf({ cluster, node, moved }: DrainAnswer): NotConverged | undefined {
  if (moved?.kind !== 'late') return undefined;
  return new NotConverged(`${node} owns ${count(moved.partitions, 'partition')} of ${cluster} still`, {
    hint: `It stays drained. See \`veltrix load ${cluster}\`, and whether assign-partitions runs (docs/runbook.md).`,
    behind: [node],
  });
}

function demandReason({ message: reason }: Arguments): string {
  if (reason !== undefined) return reason;
  throw new UsageError('--message: say why, in one sentence: -m "…"', {
    hint: 'Add --help to see what it takes.',
  });
}

const nowOf = (cloud: Cloud): string => new Date(cloud.clock()).toISOString();

/** Keeps work away from a node for a time, and lets it have work again. Each change is a conditional write: nobody's is lost. */

import { type ClusterAddress, formatCluster } from '../../../core/addresses.js';
import { ServiceUnavailable, UsageError } from '../../../core/errors.js';
import { beginDrain, drainMaxMs, drainMinMs, endDrain } from '../../../core/fleet/draining.js';
import type { Drain, DrainList } from '../../../core/fleet/drains.js';
import { plusMs } from '../../../core/time.js';
import type { Cloud } from '../../cloud.js';
import { suggestNames } from '../../files/nearest.js';
import { type DrainView, drainView } from '../../see/drains.js';
import { DrainRefused } from './outcomes.js';
import { type DrainPlace, type DrainPlan, planOver } from './plan.js';

/** People drain nodes one at a time; so many others in a row are none. */
const triesMax = 10;

export interface DrainOrder extends DrainPlace {
  readonly durationMs: number;
  readonly reason: string;
  /** Said where AWS does not say who asks. */
  readonly author: string;
  /** Also where the others have no room for its work. */
  readonly isForced: boolean;
}

export interface Drained extends DrainPlan {
  readonly drain: DrainView;
}

/**
 * @throws UsageError for a node that is not there, or a time out of bounds; DrainRefused when there is no room and nobody
 * insists. What it was decided by is what it is written over: of two drains at a time the second counts with the first.
 */
export async function drain(cloud: Cloud, order: DrainOrder): Promise<Drained> {
  demandDuration(order.durationMs);
  const by = await callerOf(cloud, order.author);
  return changing(cloud, order.cluster, async (list) => {
    const { plan, now } = await planOver(cloud, order, list);
    if (!plan.room.isEnough && !order.isForced) throw new DrainRefused(plan);
    const begun: Drain = {
      node: order.node,
      sinceMs: now,
      untilMs: plusMs(now, order.durationMs),
      reason: order.reason,
      by,
      ...(!plan.room.isEnough && { forced: true }),
    };
    return { list: beginDrain(list, begun), answer: { ...plan, drain: drainView(begun, now) } };
  });
}

export interface UndrainOrder extends DrainPlace {
  readonly reason: string;
  readonly author: string;
}

export interface Undrained {
  readonly target: string;
  readonly cluster: string;
  readonly node: string;
  /** It was not drained: nothing was done. */
  readonly unchanged: boolean;
  /** Its newest drain, as it stands now; absent where none is remembered. */
  readonly drain?: DrainView;
}

/** @throws UsageError for a node that neither reports nor was drained. */
export async function undrain(cloud: Cloud, order: UndrainOrder): Promise<Undrained> {
  const by = await callerOf(cloud, order.author);
  return changing(cloud, order.cluster, async (list) => {
    const now = cloud.clock();
    const ended = { atMs: now, by, reason: order.reason };
    const next = endDrain(list, { node: order.node, ended });
    const newest = (next ?? list).drains.find(({ node }) => node === order.node);
    if (!newest) await demandKnown(cloud, order);
    const answer = {
      target: cloud.target,
      cluster: formatCluster(order.cluster),
      node: order.node,
      unchanged: next === undefined,
      ...(newest && { drain: drainView(newest, now) }),
    };
    return { list: next, answer };
  });
}

interface Change<Answer> {
  /** Undefined: nothing is to be written. */
  readonly list: DrainList | undefined;
  readonly answer: Answer;
}

/** Decides over what is there, and again where somebody else was quicker. */
async function changing<Answer>(
  cloud: Cloud,
  address: ClusterAddress,
  decide: (list: DrainList) => Promise<Change<Answer>>,
): Promise<Answer> {
  const cluster = formatCluster(address);
  for (let tries = 0; tries < triesMax; tries += 1) {
    const { list, revision } = await cloud.drains.read(cluster);
    const change = await decide(list);
    if (!change.list || (await cloud.drains.write(change.list, revision)) === 'saved') return change.answer;
  }
  throw new ServiceUnavailable(`The drains of ${cluster} changed again and again meanwhile`, {
    hint: 'Nothing was changed; try again.',
    retryable: true,
  });
}

/** Names in drains are cut to this (`drainSchema`). */
const byMaxChars = 256;

const callerOf = async (cloud: Cloud, author: string): Promise<string> =>
  ((await cloud.caller()) ?? `${author} (unproven)`).slice(0, byMaxChars);

function demandDuration(durationMs: number): void {
  if (durationMs >= drainMinMs && durationMs <= drainMaxMs) return;
  throw new UsageError('A drain lasts from one minute to one day', {
    hint: 'Write --for 30m, or --for 2h; drain it anew before that is over if it needs longer.',
  });
}

async function demandKnown(cloud: Cloud, { cluster, node }: UndrainOrder): Promise<void> {
  const records = await cloud.records.list(formatCluster(cluster));
  if (records.some((record) => record.node === node)) return;
  if (records.length === 0) await cloud.environment(cluster);
  throw new UsageError(`No node "${node}" reported in ${formatCluster(cluster)} within the last hour`, {
    hint: suggestNames(
      node,
      records.map((record) => record.node),
    ),
  });
}

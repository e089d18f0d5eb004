/** `veltrix status`: what is deployed, what is on its way, and who holds it; `--watch` stays and follows. */

import * as z from 'zod';
import type { Cloud } from '../../control/cloud.js';
import { status as readStatus, type Status } from '../../control/see/status.js';
import type { Address } from '../../core/addresses.js';
import { type Context, defineCommand } from '../command.js';
import { address, flag } from '../parse-arguments.js';
import type { Paint } from '../terminal/paint.js';
import { describeProfile } from '../terminal/profile-status.js';

/** Often enough for the eye, and far from AppConfig's limits for its control plane. */
const watchEveryMs = 1_000;

export const status = defineCommand({
  args: z.object({ address: address.default({}), watch: flag }),
  positional: ['address'],
  async run(context, args): Promise<Status | undefined> {
    const cloud = await context.cloud();
    if (!args.watch) return readStatus(cloud, args.address);
    await watch(context, cloud, args.address);
    return undefined;
  },
  render: describeStatus,
});

export function describeStatus({ target, askedAt, profiles }: Status, paint: Paint): readonly string[] {
  if (profiles.length === 0) return [paint.dim(target), 'Nothing is deployed here.'];
  const blocks = profiles.map((profile) => describeProfile(profile, { now: askedAt, paint }));
  return [paint.dim(target), ...blocks.flatMap((lines) => ['', ...lines])];
}

/** Paints again in place on a terminal; elsewhere a line (or a JSON document) whenever something changed. */
async function watch({ screen, json, signal }: Context, cloud: Cloud, where: Address): Promise<void> {
  let before = '';
  while (!signal.aborted) {
    const answer = await readStatus(cloud, where);
    const now = essenceOf(answer);
    if (screen.isTerminal && !json) screen.repaint(describeStatus(answer, screen.paint));
    else if (now !== before && json) screen.json(answer);
    else if (now !== before) for (const profile of answer.profiles) screen.line(inOneLine(profile));
    before = now;
    await cloud.wait(watchEveryMs, signal);
  }
}

type Profile = Status['profiles'][number];

/** What counts as a change: not the time of the question, nor of the newest report. */
export const essenceOf = ({ profiles }: Status): string => JSON.stringify(profiles.map(withoutTimes));

const withoutTimes = ({ nodes: { lastReportAt: _lastReportAt, ...nodes }, ...profile }: Profile) => ({
  ...profile,
  nodes,
});

/** `treasure-hunt/staging/limits  rolling-out  v2 50 %  held by 7/20`. */
export function inOneLine({ address: at, state, deployed, rollout, nodes }: Profile): string {
  const version = rollout ?? deployed;
  const live = nodes.holding.length + nodes.waiting.length + nodes.refused.length;
  const parts = [at, state];
  if (version) parts.push(`v${version.version}${rollout ? ` ${rollout.percentage} %` : ''}`);
  if (live > 0) parts.push(`held by ${nodes.holding.length}/${live}`);
  if (nodes.refused.length > 0) parts.push(`refused by ${nodes.refused.length}`);
  if (nodes.silent.length > 0) parts.push(`${nodes.silent.length} silent`);
  return parts.join('  ');
}

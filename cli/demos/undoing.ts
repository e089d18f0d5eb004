/** Follows a version from its first node until it is taken back. */

import type { Published } from '../../control/act/publish.js';
import {
  type ProfileStatus,
  status as readStatus,
  type UndoneVersion,
} from '../../control/see/status/status.js';
import type { ProfileAddress } from '../../core/addresses.js';
import { lookEveryMs, type Play } from '../dev/play.js';
import { createLiveView } from '../terminal/status-page.js';
import { DemoFailed } from './demo.js';

/** Longer than the rollout of any demo takes to be offered to all. */
const timeoutMs = 120_000;

export interface Undone {
  readonly undone: UndoneVersion;
  /** Names of the nodes that held it at one time or another, by their own word. */
  readonly reached: ReadonlySet<string>;
}

export interface Harm {
  readonly address: ProfileAddress;
  readonly published: Published;
  /** The share of the fleet it must not be offered to. */
  readonly offeredMaxPercent: number;
}

/** Shows the live view meanwhile. @throws DemoFailed when it is offered to so many percent, or is not taken back at all. */
export async function followUntilUndone(
  play: Play,
  { address, published, offeredMaxPercent }: Harm,
): Promise<Undone> {
  const { cloud, context } = play;
  const view = createLiveView(context.screen, context.json);
  const reached = new Set<string>();
  const beganMs = cloud.clock();
  for (;;) {
    const status = await readStatus(cloud, address);
    view.show(status);
    const [profile] = status.profiles;
    for (const node of profile?.rollout ? profile.nodes.holding : []) reached.add(node);
    if (profile?.undone && profile.state === 'rolled-back') return { undone: profile.undone, reached };
    demandHarmless(profile, published, offeredMaxPercent);
    context.signal.throwIfAborted();
    if (cloud.clock() - beganMs > timeoutMs) throw notUndone(published, `that it is ${profile?.state}`);
    await cloud.wait(lookEveryMs, context.signal);
  }
}

function demandHarmless(profile: ProfileStatus | undefined, published: Published, maxPercent: number): void {
  const { rollout, deployed } = profile ?? {};
  const isThrough = rollout === undefined && deployed?.version === published.version;
  if (isThrough) throw notUndone(published, 'that it went through');
  if (rollout === undefined || rollout.percentage < maxPercent) return;
  throw notUndone(published, `that it is offered to ${rollout.percentage} % of the nodes`);
}

const notUndone = ({ version }: Published, found: string): DemoFailed =>
  new DemoFailed(`v${version} to be taken back`, found);

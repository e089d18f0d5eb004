/** The alarms of a stage: each says what it means for the service, and has a section in docs/runbook.md. */

import type { ClusterAddress } from '../../core/addresses.js';
import type { Stage } from '../../core/stages.js';
import type { AlarmAbout } from './alarm-about.js';
import { changes, guardItself, publishFunctionOf, publishing, verdicts } from './delivery-alarms.js';
import { assignment, refusing, reporting, silent } from './fleet-alarms.js';
import { throttles } from './throttle-alarms.js';

/** An environment of an application that is watched. */
export interface Watched {
  readonly cluster: ClusterAddress;
  /** True where its work is shared out. */
  readonly isRouted: boolean;
}

/** In the order of the runbook. */
export function alarms(
  { name, alarms: settings }: Pick<Stage, 'name' | 'alarms'>,
  watched: readonly Watched[],
): readonly AlarmAbout[] {
  const routed = watched.filter(({ isRouted }) => isRouted);
  return [
    ...publishing(),
    ...watched.map(({ cluster }) => publishFunctionOf(name, cluster)),
    ...verdicts(),
    ...guardItself(name),
    ...changes(name, settings),
    ...watched.map(({ cluster }) => refusing(cluster)),
    ...routed.map(({ cluster }) => silent(cluster, settings)),
    ...reporting(name, settings),
    ...throttles(name, routed.length > 0),
    ...(routed.length > 0 ? assignment(name, settings) : []),
  ];
}

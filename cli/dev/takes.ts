/** Which nodes took which version, under each profile of the live view: `gameplay v1 → v2  node-3 node-16 …`. */

import { parseLabel } from '../../core/content/content.js';
import { factLines } from '../terminal/layout.js';
import type { Took } from './nodes.js';

interface Change {
  readonly words: string;
  readonly nodes: Set<string>;
}

/** The newest change of each profile's version, with the nodes that made it, in the order in which they said so. */
export class Takes {
  readonly #byProfile = new Map<string, Change>();

  add(took: Took): void {
    const words = describeTook(took);
    const known = this.#byProfile.get(took.profile);
    const change = known?.words === words ? known : { words, nodes: new Set<string>() };
    change.nodes.add(took.node);
    this.#byProfile.set(took.profile, change);
  }

  /** Nothing for a profile whose version no node has changed. */
  lines(profile: string, columns: number): readonly string[] {
    const change = this.#byProfile.get(profile);
    return change === undefined ? [] : factLines([[change.words, [...change.nodes].join(' ')]], columns);
  }
}

/** `gameplay v1 → v2`. */
export const describeTook = ({ profile, previous, label }: Omit<Took, 'node'>): string =>
  `${profile} ${versionName(previous)} → ${versionName(label)}`;

/** `v3` of `v3-1f2e3d4c`; a label that Veltrix did not give as it is. */
function versionName(label: string | undefined): string {
  const version = label === undefined ? undefined : parseLabel(label)?.version;
  return version === undefined ? (label ?? 'default') : `v${version}`;
}

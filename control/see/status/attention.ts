/** Which profiles somebody should look at first. */

import type { ProfileStatus } from './status.js';

/** Higher needs somebody more; 0 nobody. */
export function attentionOf({ state, nodes, guard, fileDrift }: ProfileStatus): number {
  if (state === 'rolling-back') return 7;
  if (state === 'rolling-out' || state === 'baking') return guard?.verdict === 'unhealthy' ? 7 : 4;
  if (nodes.refused.length > 0 || nodes.keeping.length > 0) return 6;
  if (state === 'rolled-back') return 5;
  if (fileDrift !== undefined || nodes.silent.length > 0 || nodes.overridden.length > 0) return 3;
  if (state === 'unreadable') return 3;
  if (state === 'deployed') return 2;
  return state === 'unknown' ? 1 : 0;
}

/** Environments by what needs somebody most in them; in each by name, and what nobody published last. */
export function byAttention(clusters: readonly (readonly ProfileStatus[])[]): readonly ProfileStatus[] {
  const most = (profiles: readonly ProfileStatus[]) => Math.max(0, ...profiles.map(attentionOf));
  return [...clusters]
    .sort((a, b) => most(b) - most(a))
    .flatMap((profiles) => [...profiles.filter(isPublished), ...profiles.filter((one) => !isPublished(one))]);
}

const isPublished = ({ state }: ProfileStatus): boolean => state !== 'unpublished' && state !== 'unknown';

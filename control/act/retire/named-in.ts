/** Whether the files of a project name a profile. */

import type { ApplicationProfile } from '../../../core/delivery/retirement.js';
import type { Workspace } from '../../files/workspace.js';

/**
 * The file that does; undefined where none does, or no project is at hand: the stacks tell of the others.
 * @throws UsageError when its application does not load.
 */
export async function fileNaming(
  open: () => Promise<Workspace>,
  { application, profile }: ApplicationProfile,
): Promise<string | undefined> {
  const workspace = await open().catch(() => undefined);
  if (workspace === undefined || !workspace.names.includes(application)) return undefined;
  const loaded = await workspace.load(application);
  const isNamed = loaded.application.profiles.some(({ name }) => name === profile);
  return isNamed ? loaded.pathOf('application.ts') : undefined;
}

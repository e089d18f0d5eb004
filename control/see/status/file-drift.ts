/** Whether a profile's file still says what was taken back: the fleet runs one thing, and git wants another. */

import type { ProfileAddress } from '../../../core/addresses.js';
import { parseLabel } from '../../../core/content/content.js';
import { hash8 } from '../../facts.js';
import { prepareFile } from '../../files/check.js';
import { type LoadedApplication, profileOf, type Workspace } from '../../files/workspace.js';

/** A project at hand, as far as these questions need it. */
export interface FilesAtHand {
  /** The hash of what a profile's file says, as labels carry it; undefined where there is no such file, or an invalid one. */
  read(address: ProfileAddress): Promise<FileAtHand | undefined>;
}

interface FileAtHand {
  /** From the project's root: `config/treasure-hunt/gameplay.staging.yaml`. */
  readonly file: string;
  readonly hash8: string;
}

/** The file of a profile says the content of a version that was taken back. */
export interface FileDrift {
  readonly file: string;
  readonly version: number;
}

/** Nothing is opened before the first question, and a question never fails: without a project nothing is known of files. */
export function filesAtHand(open: () => Promise<Workspace>): FilesAtHand {
  const loaded = new Map<string, Promise<LoadedApplication>>();
  const load = async (name: string) => (await open()).load(name);
  return {
    async read(address) {
      try {
        const opening = loaded.get(address.application) ?? load(address.application);
        loaded.set(address.application, opening);
        const application = await opening;
        const profile = profileOf(application.application, address.profile);
        const { file, content } = await prepareFile(application, profile, address.environment);
        return content && { file, hash8: hash8(content.bytes) };
      } catch {
        return undefined;
      }
    },
  };
}

/** Labels by what the fleet is meant to hold, and by what was taken back. */
export interface Standing {
  readonly standing: readonly (string | undefined)[];
  readonly withdrawn: readonly (string | undefined)[];
}

/** Undefined where file and fleet agree, or the file says something else altogether. */
export function driftOf(file: FileAtHand | undefined, labels: Standing): FileDrift | undefined {
  const parsed = (all: readonly (string | undefined)[]) =>
    all.flatMap((label) => parseLabel(label ?? '') ?? []);
  if (file === undefined || parsed(labels.standing).some((label) => label.hash8 === file.hash8))
    return undefined;
  const found = parsed(labels.withdrawn).find((label) => label.hash8 === file.hash8);
  return found && { file: file.file, version: found.version };
}

/** The same, by a profile's address; nothing is read where nothing was taken back. */
export async function readDrift(
  files: FilesAtHand | undefined,
  address: ProfileAddress,
  labels: Standing,
): Promise<FileDrift | undefined> {
  if (files === undefined || labels.withdrawn.length === 0) return undefined;
  return driftOf(await files.read(address), labels);
}

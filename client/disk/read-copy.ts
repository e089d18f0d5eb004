/** Reads what the last process knew of a profile. */

import { boundedCall } from '../bounded-call.js';
import type { NodeClock } from '../clock.js';
import type { CopyFiles } from './copy-files.js';
import { type CopyOwner, type DiskCopy, decodeCopy } from './disk-copy.js';

/** How long a node waits for its disk when it starts. */
const readTimeoutMs = 500;

export interface Reading {
  readonly files: CopyFiles;
  readonly owner: CopyOwner;
  readonly clock: NodeClock;
}

/** Undefined when there is none. @throws Error that says why one cannot be read, or used. */
export async function readCopy({ files, owner, clock }: Reading): Promise<DiskCopy | undefined> {
  const found = await boundedCall<{ readonly text: string | undefined } | { readonly problem: string }>({
    clock,
    timeoutMs: readTimeoutMs,
    controller: new AbortController(),
    call: async () => ({ text: await files.read(owner.address.profile) }),
    failed: (problem) => ({ problem }),
  });
  if ('problem' in found) throw new Error(`the file of last good values cannot be read: ${found.problem}`);
  if (found.text === undefined) return undefined;
  const copy = decodeCopy(owner, found.text);
  if ('unusable' in copy) throw new Error(`the file of last good values is ignored: ${copy.unusable}`);
  return copy;
}

/** One profile's file, as its node reads and writes it: never waited for longer than a service can, never fatal. */

import { formatProfile } from '../../core/addresses.js';
import { waitFor } from '../bounded-call.js';
import type { NodeClock } from '../clock.js';
import type { PollState } from '../profiles/poll-state.js';
import type { SafeLog } from '../safe-log.js';
import type { CopyFiles } from './copy-files.js';
import { type CopyWriter, createCopyWriter } from './copy-writer.js';
import { type CopyOwner, closedCopy, copyOf, type DiskCopy, encodeCopy } from './disk-copy.js';
import { readCopy } from './read-copy.js';

/** How long a node waits for its disk before it puts a version on probation in force. */
const saveTimeoutMs = 2000;

export interface ProfileDiskDeps {
  readonly owner: CopyOwner;
  readonly files: CopyFiles;
  readonly clock: NodeClock;
  readonly log: SafeLog;
}

export class ProfileDisk {
  readonly #deps: ProfileDiskDeps;
  readonly #writer: CopyWriter;
  #error: string | undefined;

  constructor(deps: ProfileDiskDeps) {
    const { files, owner } = deps;
    this.#deps = deps;
    const onWritten = (error: unknown) => this.#note(error);
    this.#writer = createCopyWriter({ files, profile: owner.address.profile, onWritten });
  }

  /** Where the file is, for people. */
  place(): string {
    return this.#deps.files.place(this.#deps.owner.address.profile);
  }

  /** What is wrong with it, if anything. */
  error(): string | undefined {
    return this.#error;
  }

  /** What the last process left; undefined when that is nothing of use. Never rejects. */
  async read(): Promise<DiskCopy | undefined> {
    const { files, owner, clock } = this.#deps;
    try {
      return await readCopy({ files, owner, clock });
    } catch (error) {
      this.#note(error);
      return undefined;
    }
  }

  /** Never rejects, and takes no longer than a write may. */
  save(state: PollState): Promise<void> {
    return this.#write(copyOf(this.#deps.owner, state));
  }

  /** As `save`: what a process leaves that closes. */
  saveClosed(state: PollState): Promise<void> {
    return this.#write(closedCopy(copyOf(this.#deps.owner, state)));
  }

  async #write(copy: DiskCopy): Promise<void> {
    const work = this.#writer.save(encodeCopy(copy));
    const late = () => this.#note(new Error('the disk does not answer'));
    await waitFor(this.#deps.clock, saveTimeoutMs, { work, late });
  }

  #note(error: unknown): void {
    const text = error === undefined ? undefined : error instanceof Error ? error.message : String(error);
    const { owner, log } = this.#deps;
    if (text !== undefined && text !== this.#error)
      log('warn', `${formatProfile(owner.address)}: ${text}`, { profile: owner.address.profile });
    this.#error = text;
  }
}

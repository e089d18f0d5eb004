/** Writes one profile's copy: one write at a time, and of those that wait only the newest. */

import type { CopyFiles } from './copy-files.js';

export interface CopyWriter {
  /** Resolves when this text, or a newer one, was written or could not be. Never rejects. */
  save(text: string): Promise<void>;
}

export interface CopyWriterDeps {
  readonly files: CopyFiles;
  readonly profile: string;
  /** Told of the end of each write: undefined when it went well. */
  readonly onWritten: (error: unknown) => void;
}

export function createCopyWriter({ files, profile, onWritten }: CopyWriterDeps): CopyWriter {
  let waiting: string | undefined;
  let writing: Promise<void> | undefined;
  const writeAll = async () => {
    while (waiting !== undefined) {
      const text = waiting;
      waiting = undefined;
      await files.write(profile, text).then(() => onWritten(undefined), onWritten);
    }
    writing = undefined;
  };
  return {
    save: (text) => {
      waiting = text;
      writing ??= writeAll();
      return writing;
    },
  };
}

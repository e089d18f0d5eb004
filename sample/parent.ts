/** Notices when the process that started this one is gone, so that nothing is left behind. */

import { fstatSync } from 'node:fs';

/**
 * Calls `onGone` when the parent's end of a channel closes: of IPC, or of a standard input that is a pipe. A terminal or
 * /dev/null, as service managers and containers give, says nothing of a parent and is left alone.
 */
export function watchParent(onGone: () => void): void {
  if (process.connected) process.once('disconnect', onGone);
  if (!isPipe(0)) return;
  process.stdin.once('end', onGone).once('error', onGone).resume();
}

function isPipe(descriptor: number): boolean {
  try {
    const about = fstatSync(descriptor);
    return about.isFIFO() || about.isSocket();
  } catch {
    return false; // closed: there is nothing to watch
  }
}

/** What fan-out needs from outside: the stream it puts events on, and the cursors that say what was put. */

import type { EpochMs } from '../time.js';
import type { ChangeCursor, ChangeEvent } from './change-events.js';

export interface ChangeStream {
  /** Puts one event; resolves when the stream holds it. @throws ServiceUnavailable otherwise. */
  put(event: ChangeEvent): Promise<void>;
}

export interface StoredCursor {
  readonly cursor: ChangeCursor;
  /** Grows by one with each write, from 1; 0 for a cursor that was never written. */
  readonly revision: number;
}

export interface ChangeCursors {
  /** The cursor of one profile in one environment; the start when there is none. */
  read(address: string): Promise<StoredCursor>;
  /** Writes over exactly the revision that was read; `lost` when somebody else wrote since. */
  write(cursor: ChangeCursor, over: number): Promise<'saved' | 'lost'>;
}

/** An event as it stands on the stream. */
export interface ToldChange {
  readonly event: ChangeEvent;
  /** When the stream took it. */
  readonly arrivedAtMs: EpochMs;
}

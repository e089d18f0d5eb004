/** What a demo is: a story that plays by itself before a fleet, and fails where something does not come as promised. */

import { VeltrixError } from '../../core/errors.js';
import type { Play, StageOptions } from '../dev/play.js';

export interface Demo {
  /** Of the stage it plays on; the number of nodes may be chosen. */
  readonly options: Omit<StageOptions, 'port'>;
  readonly run: (play: Play, say: Say) => Promise<void>;
}

/** What a demo says as it goes. */
export type Line =
  /** What comes next. */
  | { readonly event: 'act'; readonly text: string }
  /** What was expected, and came. */
  | { readonly event: 'proof'; readonly text: string }
  /** What it was read from. */
  | { readonly event: 'detail'; readonly text: string };

export type Say = (line: Line) => void;

/** Something did not come as promised. */
export class DemoFailed extends VeltrixError {
  override readonly name = 'DemoFailed';
  override readonly code = 'VELTRIX_DEMO_FAILED';

  constructor(expected: string, found: string) {
    super(`Expected ${expected}, found ${found}`, {
      hint: 'Nothing of it is left running. Try again on a quiet machine; if it fails again, this release is broken.',
    });
  }
}

/** @throws DemoFailed unless it holds. */
export function expectThat(holds: boolean, expected: string, found: string): asserts holds {
  if (!holds) throw new DemoFailed(expected, found);
}

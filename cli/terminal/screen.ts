/** Where a command speaks: lines, one JSON document, or a block that is painted again in place on a terminal. */

import { createPaint, cutTo, type Paint } from './paint.js';

/** Width of a page that nobody measures: a pipe, a log. */
const defaultColumns = 80;
const moveUp = (lines: number): string => (lines === 0 ? '' : `\u001B[${lines}A`);
const eraseLine = '\u001B[2K';
const eraseRest = '\u001B[K';
const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';

/** As much of a stream as is used. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface Screen {
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly paint: Paint;
  line(text?: string): void;
  json(data: unknown): void;
  /** Shows a block in place of the one before; on anything but a terminal it is not shown at all. */
  repaint(lines: readonly string[]): void;
  /** Leaves the block as it stands; what follows comes below. */
  settle(): void;
}

export function createScreen(
  output: Output,
  environment: Readonly<Record<string, string | undefined>>,
): Screen {
  const isTerminal = output.isTTY === true && environment.TERM !== 'dumb';
  let shownLines = 0;
  const settle = () => {
    if (shownLines > 0) output.write(showCursor);
    shownLines = 0;
  };
  return {
    isTerminal,
    get columns() {
      return output.columns ?? defaultColumns;
    },
    get rows() {
      return output.rows ?? 24;
    },
    paint: createPaint(isTerminal && !environment.NO_COLOR),
    line: (text = '') => {
      settle();
      output.write(`${text}\n`);
    },
    json: (data) => output.write(`${JSON.stringify(data)}\n`),
    repaint(lines) {
      if (!isTerminal) return;
      const visible = lines.slice(0, (output.rows ?? lines.length + 1) - 1);
      // Written over what stands there, then what is left of that: erasing first would flicker.
      const text = visible.map((line) => `${cutTo(line, output.columns ?? defaultColumns)}${eraseRest}\n`);
      const surplus = Math.max(0, shownLines - visible.length);
      const erased = `${eraseLine}\n`.repeat(surplus) + moveUp(surplus);
      output.write(hideCursor + moveUp(shownLines) + text.join('') + erased);
      shownLines = visible.length;
    },
    settle,
  };
}

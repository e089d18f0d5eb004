import { describe, expect, it } from 'vitest';
import { createScreen } from '../../../cli/terminal/screen.js';

/** A terminal (or a pipe) that keeps what is written, and what one would see of it. */
function createOutput(isTTY: boolean, columns = 20) {
  let text = '';
  return {
    isTTY,
    columns,
    rows: 10,
    write: (part: string) => {
      text += part;
    },
    written: () => text,
    seen: () => seenOf(text),
  };
}

const escapeChar = String.fromCharCode(27);
const tokens = new RegExp(`${escapeChar}\\[[0-9;?]*[A-Za-z]|\\n|[^${escapeChar}\\n]+`, 'g');

/** What a terminal shows after these escapes: up, erase line, erase the rest of a line; others move nothing. */
function seenOf(text: string): string[] {
  const lines: string[] = [''];
  let [at, column] = [0, 0];
  for (const [token] of text.matchAll(tokens)) {
    const isEscape = token.startsWith(escapeChar);
    const line = lines[at] ?? '';
    if (token === '\n') [at, column] = [at + 1, 0];
    else if (isEscape && token.endsWith('A')) at -= Number(token.slice(2, -1));
    else if (token === `${escapeChar}[2K`) lines[at] = '';
    else if (token === `${escapeChar}[K`) lines[at] = line.slice(0, column);
    else if (!isEscape) {
      lines[at] = line.slice(0, column) + token + line.slice(column + token.length);
      column += token.length;
    }
    lines[at] ??= '';
  }
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
}

describe('a screen', () => {
  it('on a terminal paints a block in place of the one before', () => {
    const output = createOutput(true);
    const screen = createScreen(output, {});
    screen.line('head');
    screen.repaint(['one', 'two', 'three']);
    screen.repaint(['ONE', 'TWO']);
    screen.line('tail');
    expect(output.seen()).toEqual(['head', 'ONE', 'TWO', 'tail']);
  });

  it('leaves nothing of a longer line below a shorter one, and erases none before it is written over', () => {
    const output = createOutput(true);
    const screen = createScreen(output, {});
    screen.repaint(['a long line', 'b']);
    screen.repaint(['short', 'b']);
    expect(output.seen()).toEqual(['short', 'b']);
    expect(output.written()).not.toContain(`${escapeChar}[2K`);
  });

  it('shows the cursor again when it is settled', () => {
    const output = createOutput(true);
    const screen = createScreen(output, {});
    screen.repaint(['a']);
    screen.settle();
    expect(output.written().endsWith(`${escapeChar}[?25h`)).toBe(true);
  });

  it('cuts lines that a terminal would break', () => {
    const output = createOutput(true, 8);
    createScreen(output, {}).repaint(['0123456789']);
    expect(output.seen()).toEqual(['0123456…']);
  });

  it('never paints more lines than the terminal has', () => {
    const output = createOutput(true);
    const screen = createScreen(output, {});
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    screen.repaint(lines);
    screen.repaint(lines);
    expect(output.seen()).toHaveLength(9);
  });

  it('into a pipe writes lines only, without escapes', () => {
    const output = createOutput(false);
    const screen = createScreen(output, {});
    screen.line(screen.paint.bad('bad'));
    screen.repaint(['never']);
    screen.settle();
    expect(output.written()).toBe('bad\n');
  });

  it.each([
    ['on a terminal', true, {}, true],
    ['against NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['on a dumb terminal', true, { TERM: 'dumb' }, false],
    ['in a pipe', false, {}, false],
  ])('colours %s: %s', (_name, isTTY, environment, coloured) => {
    const { paint } = createScreen(createOutput(isTTY), environment);
    expect(paint.good('x') !== 'x').toBe(coloured);
  });

  it('writes one JSON document a line', () => {
    const output = createOutput(false);
    createScreen(output, {}).json({ a: 'ü\n' });
    expect(output.written()).toBe('{"a":"ü\\n"}\n');
  });
});

/** Colours, where they help: on a terminal, and never against NO_COLOR (no-color.org). */

import { stripVTControlCharacters, styleText } from 'node:util';

export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  strong(text: string): string;
  /** What may be passed over. */
  dim(text: string): string;
  /** What one may type. */
  code(text: string): string;
}

type Style = Parameters<typeof styleText>[0];

export function createPaint(enabled: boolean): Paint {
  const style = (format: Style) => (text: string) =>
    enabled ? styleText(format, text, { validateStream: false }) : text;
  return {
    good: style('green'),
    bad: style('red'),
    warn: style('yellow'),
    strong: style('bold'),
    dim: style('dim'),
    code: style('cyan'),
  };
}

/** Columns a text takes: without the escapes that colour it. */
export const widthOf = (text: string): number => Array.from(stripVTControlCharacters(text)).length;

/** A text cut to so many columns, its styles ended. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  return `${Array.from(stripVTControlCharacters(text))
    .slice(0, Math.max(0, columns - 1))
    .join('')}…`;
}

/** The first so many columns of a text that is longer, and what is left of it; neither keeps its styles. */
export const headOf = (text: string, columns: number): string => charsOf(text).slice(0, columns).join('');
export const tailOf = (text: string, columns: number): string => charsOf(text).slice(columns).join('');

const charsOf = (text: string): readonly string[] => Array.from(stripVTControlCharacters(text));

export const padTo = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - widthOf(text)));

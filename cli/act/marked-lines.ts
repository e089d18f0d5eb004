/** Lines that begin with a mark (✔ ! →), the first at the margin, what belongs to it below; long ones go on under themselves. */

import { factLines, type Page } from '../terminal/layout.js';

export type MarkedLine = readonly [mark: string, words: string];

const indent = '  ';

/** Where nobody sits before it, a line is as long as what it says: logs are searched. */
export const widthFor = ({ isTerminal, columns }: Page): number =>
  isTerminal ? columns : Number.POSITIVE_INFINITY;

export const markedLines = ([first, ...below]: readonly MarkedLine[], columns: number): readonly string[] =>
  first === undefined ? [] : [...factLines([first], columns), ...linesBelow(below, columns)];

export const linesBelow = (lines: readonly MarkedLine[], columns: number): readonly string[] =>
  lines.flatMap((line) => factLines([line], columns - indent.length).map((text) => `${indent}${text}`));

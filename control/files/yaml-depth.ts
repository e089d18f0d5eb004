/**
 * Guards the YAML reader: it descends by calling itself, and a file of nothing but brackets would end the process. Tokens
 * are looked at one by one, so this costs a file of 1 MB a third of a second, and a usual one nothing.
 */

import { CST, Lexer } from 'yaml';

/** Deeper than any configuration that a person can follow. */
export const depthMax = 100;

/** True when collections stand in each other more than `depthMax` deep, by brackets or on one line (`- - - -`). */
export function isTooDeep(text: string): boolean {
  const depth = { brackets: 0, onLine: 0 };
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    // What follows the mark of a scalar is its text, whatever it looks like.
    if (!isScalar) count(token, depth);
    isScalar = token === CST.SCALAR;
    if (depth.brackets > depthMax || depth.onLine > depthMax) return true;
  }
  return false;
}

function count(token: string, depth: { brackets: number; onLine: number }): void {
  if (token === '[' || token === '{') depth.brackets++;
  else if (token === ']' || token === '}') depth.brackets--;
  else if (token === '-' || token === '?') depth.onLine++;
  else if (token.includes('\n')) depth.onLine = 0;
}

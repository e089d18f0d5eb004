/** One question, answered on the terminal. Enter means yes. */

import { createInterface } from 'node:readline/promises';

/** False when it is declined, or interrupted. */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`${question} [Y/n] `, { signal });
    return !/^n/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}

/** A program's last word: what it found, as the process that started it reads it. */

/** Says it and ends the process, whatever still holds it. */
export function sayAndExit(samples: Readonly<Record<string, readonly number[]>>): void {
  process.stdout.write(`${JSON.stringify(samples)}\n`, () => process.exit(0));
}

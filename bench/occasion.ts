/** Where and when something is measured. */

import { cpus, totalmem } from 'node:os';

/** `2 cores of …, 24 GiB, Node v20.20.2`. */
export function describeMachine(): string {
  const [first, ...others] = cpus();
  const memoryGib = Math.round(totalmem() / 2 ** 30);
  return `${1 + others.length} cores of ${first?.model ?? 'an unknown processor'}, ${memoryGib} GiB, Node ${process.version}`;
}

/** `2026-05-01`. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

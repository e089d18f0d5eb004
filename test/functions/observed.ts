/** Logs and measures that keep what they are told. */

import type { Log } from '../../functions/log.js';
import type { Measures } from '../../functions/measures.js';

export interface Observed {
  readonly log: Log;
  readonly measures: Measures;
  /** Everything logged, as text. */
  lines(): string;
  readonly gauges: { emit(cluster: string, values: Readonly<Record<string, number | undefined>>): void };
  /** What was told of clusters, in order. */
  readonly told: (readonly [string, Readonly<Record<string, number>>])[];
  /** What was counted and flushed. */
  counts(): Record<string, number>;
}

export function observed(): Observed {
  const lines: string[] = [];
  const told: (readonly [string, Readonly<Record<string, number>>])[] = [];
  const pending: Record<string, number> = {};
  const flushed: Record<string, number> = {};
  const add = (level: string) => (message: string, facts: unknown) => {
    lines.push(`${level} ${message} ${JSON.stringify(facts)}`);
  };
  return {
    log: {
      info: add('info'),
      warn: add('warn'),
      error: (message, error, facts = {}) => {
        lines.push(`error ${message} ${String(error)} ${JSON.stringify(facts)}`);
      },
    },
    measures: {
      count: (name, times) => {
        if (times > 0) pending[name] = (pending[name] ?? 0) + times;
      },
      flush: () => {
        for (const [name, times] of Object.entries(pending)) flushed[name] = (flushed[name] ?? 0) + times;
        for (const name of Object.keys(pending)) delete pending[name];
      },
    },
    told,
    gauges: {
      emit: (cluster, values) => {
        const said = Object.entries(values).filter(
          (entry): entry is [string, number] => entry[1] !== undefined,
        );
        if (said.length > 0) told.push([cluster, Object.fromEntries(said)]);
      },
    },
    lines: () => lines.join('\n'),
    counts: () => ({ ...flushed }),
  };
}

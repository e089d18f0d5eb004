/** What could not be read, told beside what could: AppConfig answers most questions without the rest. */

import { isVeltrixError } from '../../core/errors.js';
import { type EpochMs, epochMs } from '../../core/time.js';
import { explainFailure } from '../failures.js';

/** For who looks again and again: since when each part cannot be read. */
export class Sight {
  readonly #now: () => EpochMs;
  readonly #readAtMs = new Map<string, EpochMs>();
  readonly #failedAtMs = new Map<string, EpochMs>();

  constructor(now: () => EpochMs) {
    this.#now = now;
  }

  read(what: string): void {
    this.#readAtMs.set(what, this.#now());
  }

  /** ` since 2026-01-01 02:51:07 UTC`: when it was read last; where it never was, it has failed for longer than somebody looks. */
  failed(what: string): string {
    const readAtMs = this.#readAtMs.get(what);
    if (readAtMs !== undefined) return ` since ${instant(readAtMs)}`;
    const firstMs = this.#failedAtMs.get(what) ?? this.#now();
    this.#failedAtMs.set(what, firstMs);
    return ` since ${instant(firstMs)} at the latest`;
  }
}

/** Gathers what could not be read, each once, for people. */
export class Blindness {
  readonly #parts = new Map<string, string>();
  readonly #sight: Sight | undefined;

  constructor(sight?: Sight) {
    this.#sight = sight;
  }

  /** The answer, or `otherwise` and a note where the service does not give it. @throws whatever is no failure of a service. */
  async orElse<T, Otherwise>(what: string, answer: Promise<T>, otherwise: Otherwise): Promise<T | Otherwise> {
    try {
      const given = await answer;
      this.#sight?.read(what);
      return given;
    } catch (error) {
      const failure = explainFailure(error);
      if (!isVeltrixError(failure) || failure.code !== 'VELTRIX_SERVICE_UNAVAILABLE') throw error;
      const since = this.#sight?.failed(what) ?? '';
      this.#parts.set(what, `${what} cannot be read${since}: ${failure.message}`);
      return otherwise;
    }
  }

  /** What was read, and is older than it should be. */
  note(what: string, words: string): void {
    this.#parts.set(what, words);
  }

  get notes(): readonly string[] {
    return [...this.#parts.values()];
  }
}

/** `2026-01-01 02:51:07 UTC`. */
export const instant = (atMs: number): string =>
  `${new Date(epochMs(atMs)).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

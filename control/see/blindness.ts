/** What could not be read, told beside what could: AppConfig answers most questions without the rest. */

import { isVeltrixError } from '../../core/errors.js';
import { explainFailure } from '../failures.js';

/** Gathers what could not be read, each once, for people. */
export class Blindness {
  readonly #parts = new Map<string, string>();

  /** The answer, or `otherwise` and a note where the service does not give it. @throws whatever is no failure of a service. */
  async orElse<T>(what: string, answer: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      const failure = explainFailure(error);
      if (!isVeltrixError(failure) || failure.code !== 'VELTRIX_SERVICE_UNAVAILABLE') throw error;
      this.#parts.set(what, `${what} cannot be read: ${failure.message}`);
      return otherwise;
    }
  }

  get notes(): readonly string[] {
    return [...this.#parts.values()];
  }
}

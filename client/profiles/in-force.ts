/** What a service reads of one profile: the version's value, or what a person has put over it. */

import type { JsonValue } from '../../core/content/canonical-json.js';
import type { OverrideReport } from '../../core/fleet/node-reports.js';
import type { LabelCounters } from '../reports/label-counters.js';
import type { ConfigValue } from './config-value.js';

/** A version's value, or the profile's defaults. */
export interface BaseValue {
  /** Frozen, its secrets filled. */
  readonly value: unknown;
  /** Absent for defaults. */
  readonly label?: string;
  /** The content that it was made of. */
  readonly content: () => JsonValue;
}

/** What lies over it; `client/overrides/` makes it where somebody wants something. */
export interface Layer {
  /** Puts in force what is to be over a new base. */
  rebase(): void;
  state(): OverrideReport | undefined;
}

export class InForce {
  base: BaseValue | undefined;
  layer: Layer | undefined;
  readonly #value: ConfigValue;
  readonly #counters: LabelCounters;

  constructor(value: ConfigValue, counters: LabelCounters) {
    this.#value = value;
    this.#counters = counters;
  }

  take(base: BaseValue): void {
    this.base = base;
    if (this.layer) this.layer.rebase();
    else this.put();
  }

  /** What a node does under an override says nothing about the version: it counts for none. */
  put(over?: { readonly value: unknown }): void {
    const { base } = this;
    this.#counters.hold(over ? undefined : base?.label);
    this.#value.replace((over ?? base)?.value, base?.label);
  }
}

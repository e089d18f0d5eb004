/** Watches what must never be, and counts what shows that the watch has something to see. */

import type { Life } from '../../../core/assignment/table/table.js';
import type { Process } from './process.js';

interface Begun {
  readonly life: Life;
  readonly epoch: number;
}

interface Claimed {
  readonly partition: number;
  readonly epoch: number;
}

export class Audit {
  readonly violations = new Set<string>();
  /** Times that a partition's owner changed and the new one began. */
  successions = 0;
  /** Writes that came with an older token than one before, and were turned away. */
  staleWrites = 0;
  readonly #isFenced: boolean;
  readonly #begun: Begun[][];
  readonly #tokens: number[];
  readonly #written: number[];

  constructor(partitions: number, isFenced: boolean) {
    this.#isFenced = isFenced;
    this.#begun = Array.from({ length: partitions }, () => []);
    this.#tokens = Array.from({ length: partitions }, () => 0);
    this.#written = Array.from({ length: partitions }, () => 0);
  }

  /** Two lives never begin one epoch, and later owners have later epochs. */
  begun(life: Life, { partition, epoch }: Claimed): void {
    const begun = this.#begun[partition] ?? [];
    const last = begun.at(-1);
    if (last?.life === life && last.epoch === epoch) return;
    if (last && last.epoch >= epoch) this.violations.add('epochs do not grow with the owners');
    begun.push({ life, epoch });
    this.successions += 1;
  }

  /** No two lives may be at work on one partition. */
  check(processes: readonly Process[]): void {
    for (let partition = 0; partition < this.#begun.length; partition += 1) {
      let owners = 0;
      for (const each of processes) if (each.mayTouch(partition)) owners += 1;
      if (owners > 1) this.violations.add('two owners at one instant');
    }
  }

  /** Who admits work must be at work on the partition itself, and nobody else may be. */
  admitted(
    processes: readonly Process[],
    { life, partition }: { readonly life: Life; readonly partition: number },
  ): void {
    const owners = processes.filter((each) => each.mayTouch(partition));
    if (owners.some((each) => each.life !== life)) this.violations.add('admitted what another serves');
    if (!owners.some((each) => each.life === life)) this.violations.add('admitted without a lease');
  }

  /** The resource: it turns older tokens away, so no earlier owner writes after a later one. */
  write(life: Life, { partition, epoch }: Claimed): void {
    if (epoch < (this.#tokens[partition] ?? 0)) {
      this.staleWrites += 1;
      if (this.#isFenced) return;
    }
    this.#tokens[partition] = epoch;
    const turn = (this.#begun[partition] ?? []).findLastIndex(
      (each) => each.life === life && each.epoch === epoch,
    );
    if (turn < (this.#written[partition] ?? 0))
      this.violations.add('an earlier owner wrote after a later one');
    this.#written[partition] = turn;
  }
}

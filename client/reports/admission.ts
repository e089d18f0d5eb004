/** Who may begin now: as much at once as the node can do, the next in line, and no more waiting than can be done soon. */

import { Overloaded } from '../../core/errors.js';

/** A line that takes longer than this to be done only turns quick refusals into slow ones. */
const queueSeconds = 1;
/** Small bursts are nobody's overload, however slow the node is. */
const queueMinUnits = 16;
/** Sooner than this the answer would be the same; later than this another node has been found. */
const [retryAfterMinMs, retryAfterMaxMs] = [100, 30_000];
/** Who was turned away at once should not come back at once. */
const retryJitterShare = 0.25;

export interface AdmissionDeps {
  readonly node: string;
  /** Work units at once. */
  readonly capacity: number;
  /** Work units that may wait; undefined: what is done in a second, 16 at least. */
  readonly queueMax: number | undefined;
  /** Work units a second, as measured; undefined until enough was. */
  readonly unitsPerSecond: () => number | undefined;
  readonly random: () => number;
  /** Told how many pieces of work wait, and their work units, whenever that changes. */
  readonly onWaiting: (pieces: number, units: number) => void;
}

interface Waiting {
  readonly units: number;
  readonly begin: () => void;
}

export class Admission {
  readonly #deps: AdmissionDeps;
  /** In the order in which they came, from `#head` on. */
  #queue: Waiting[] = [];
  #head = 0;
  #inFlight = 0;
  #waitingUnits = 0;
  #shedUnits = 0;

  constructor(deps: AdmissionDeps) {
    this.#deps = deps;
  }

  /** Work units turned away so far. */
  get shedUnits(): number {
    return this.#shedUnits;
  }

  /**
   * Undefined: it may begin at once. Else resolves when its turn has come. Whoever was admitted calls `leave` when it is over.
   * @throws Overloaded when too much waits already.
   */
  enter(units: number): Promise<void> | undefined {
    if (this.#waitingUnits === 0 && this.#fits(units)) {
      this.#inFlight += units;
      return undefined;
    }
    const most = this.#queueMax();
    // One may wait however large, where there is a line at all: it would never get its turn on a busy node.
    if (this.#waitingUnits === 0 ? most === 0 : this.#waitingUnits + units > most) throw this.#shed(units);
    return new Promise((begin) => {
      this.#queue.push({ units, begin });
      this.#wait(units);
    });
  }

  leave(units: number): void {
    this.#inFlight -= units;
    for (let next = this.#queue[this.#head]; next && this.#fits(next.units); next = this.#queue[this.#head]) {
      this.#head += 1;
      this.#inFlight += next.units;
      this.#wait(-next.units);
      next.begin();
    }
    if (this.#head * 2 <= this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }

  /** What is larger than the node does it alone. */
  #fits(units: number): boolean {
    return this.#inFlight === 0 || this.#inFlight + units <= this.#deps.capacity;
  }

  #wait(units: number): void {
    this.#waitingUnits += units;
    this.#deps.onWaiting(this.#queue.length - this.#head, this.#waitingUnits);
  }

  #queueMax(): number {
    const { queueMax, unitsPerSecond } = this.#deps;
    return queueMax ?? Math.max(queueMinUnits, Math.ceil(queueSeconds * (unitsPerSecond() ?? 0)));
  }

  #shed(units: number): Overloaded {
    this.#shedUnits += units;
    const { node, random, capacity, unitsPerSecond } = this.#deps;
    // Until it was measured, as if each piece took a second.
    const doneInMs = (1_000 * this.#waitingUnits) / (unitsPerSecond() ?? capacity);
    const jittered = doneInMs * (1 + retryJitterShare * (2 * random() - 1));
    const retryAfterMs = Math.round(Math.min(retryAfterMaxMs, Math.max(retryAfterMinMs, jittered)));
    return new Overloaded(node, { waiting: this.#queue.length - this.#head, retryAfterMs });
  }
}

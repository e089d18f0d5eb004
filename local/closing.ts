/** What has been started and must be closed, the last one first. */

export interface Closable {
  close(): Promise<void>;
}

export class Closing {
  /** Resolves when everything is closed, rejects with the first failure. Never settles while nobody asks to close. */
  readonly closed: Promise<void>;
  private readonly parts: Closable[] = [];
  private begin: () => void = () => undefined;

  constructor() {
    this.closed = new Promise<void>((resolve) => {
      this.begin = resolve;
    }).then(() => closeInOrder(this.parts));
    // Whoever calls `close` is told of a failure; that nobody waits for `closed` is no failure of its own.
    this.closed.catch(() => undefined);
  }

  /** Remembers a started part and gives it back. */
  add<Part extends Closable>(part: Part): Part {
    this.parts.unshift(part);
    return part;
  }

  /** Closes every part, even when one fails; then throws the first failure. Closing twice is closing once. */
  close(): Promise<void> {
    this.begin();
    return this.closed;
  }
}

async function closeInOrder(parts: readonly Closable[]): Promise<void> {
  const failures: unknown[] = [];
  for (const part of parts) await part.close().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

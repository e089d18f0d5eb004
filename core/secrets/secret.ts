/** A secret as a service holds it. */

import { fill, type OpenSecret } from './secrets-in.js';

const inspect = Symbol.for('nodejs.util.inspect.custom');

/** Made by the schema from a reference, without its text. */
export function openSecret(reference: string): OpenSecret {
  return new HeldSecret(reference);
}

/** Gives it its text, once and for all: a changed text makes another value, so that whoever holds this one is not surprised. */
export const fillSecret = (secret: OpenSecret, text: string): void => secret[fill](text);

class HeldSecret implements OpenSecret {
  readonly reference: string;
  #text: string | undefined;

  constructor(reference: string) {
    this.reference = reference;
  }

  reveal(): string {
    if (this.#text !== undefined) return this.#text;
    throw new Error(`${this.reference} was never read: a node reads the secrets of values in force`);
  }

  [fill](text: string): void {
    if (this.#text !== undefined) throw new Error(`${this.reference} is filled already`);
    this.#text = text;
  }

  toString(): string {
    return `[secret ${this.reference}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect](): string {
    return this.toString();
  }
}

/** Finds where a path of the value stands in the YAML text, through aliases and merge keys. */

import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { PathPart } from './document-path.js';

/** Offset of the value at `path`; of the nearest thing around it that stands in the text when it does not. */
export function valueOffset(document: Document, path: readonly PathPart[]): number {
  return walk(document, path).value;
}

/** Offset of the key at the end of `path`. */
export function keyOffset(document: Document, path: readonly PathPart[]): number {
  return walk(document, path).key;
}

interface Offsets {
  readonly value: number;
  readonly key: number;
}

function walk(document: Document, path: readonly PathPart[]): Offsets {
  let node: unknown = document.contents;
  let offsets = both(offsetOf(node) ?? 0);
  for (const part of path) {
    const found = child(document, node, part);
    // A key that is missing is best looked for at the key of the map it is missing from.
    if (!found) return both(offsets.key);
    node = found.node;
    const key = found.key ?? offsetOf(node) ?? offsets.key;
    offsets = { key, value: offsetOf(node) ?? key };
  }
  return offsets;
}

interface Child {
  readonly node: unknown;
  readonly key?: number | undefined;
}

function child(document: Document, parent: unknown, part: PathPart): Child | undefined {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isSeq(node)) {
    const item = typeof part === 'number' ? node.items[part] : undefined;
    return item === undefined ? undefined : { node: item };
  }
  if (!isMap(node)) return undefined;
  const own = node.items.find((pair) => keyOf(pair) === String(part));
  if (own) return { node: own.value, key: offsetOf(own.key) };
  return merged(document, node.items, part);
}

function merged(document: Document, pairs: readonly Pair[], part: PathPart): Child | undefined {
  const sources = pairs.filter((pair) => keyOf(pair) === '<<').map((pair) => pair.value);
  const maps = sources.flatMap((source) => (isSeq(source) ? source.items : [source]));
  for (const map of maps) {
    const found = child(document, map, part);
    if (found) return found;
  }
  return undefined;
}

function keyOf(pair: unknown): string | undefined {
  return isPair(pair) && isScalar(pair.key) ? String(pair.key.source ?? pair.key.value) : undefined;
}

const offsetOf = (node: unknown): number | undefined => (node as Node | null)?.range?.[0];

const both = (offset: number): Offsets => ({ value: offset, key: offset });

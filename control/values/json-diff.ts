/** The difference between two JSON values, as a person would tell it: by path, old → new. */

import { canonicalJson, formatPath, type JsonValue } from '../../core/content/canonical-json.js';

export interface Change {
  /** `tiers.gold.queueSize`; items of a list that have names are called by them: `hunts["harbour-lights"].title`. */
  readonly path: string;
  /** Absent when it was added. */
  readonly before?: JsonValue;
  /** Absent when it was removed. */
  readonly after?: JsonValue;
}

/** Members that name an item of a list, if all items have it and no two share it. */
const naming = ['id', 'name', 'key'] as const;

type Path = readonly PropertyKey[];
type JsonMap = Readonly<Record<string, JsonValue>>;
/** A map, or the items of a list by their names, in order. */
type Members = ReadonlyMap<string, JsonValue>;

/** Every place where the two differ, in the order of `before`, then what was added. Empty exactly when they are equal. */
export function diffJson(before: JsonValue | undefined, after: JsonValue | undefined): readonly Change[] {
  return diff(before, after, []);
}

function diff(before: JsonValue | undefined, after: JsonValue | undefined, path: Path): Change[] {
  if (isMap(before) && isMap(after)) return diffMembers(membersOf(before), membersOf(after), path);
  if (isList(before) && isList(after)) return diffLists(before, after, path);
  return isSame(before, after) ? [] : [change(path, before, after)];
}

function diffMembers(before: Members, after: Members, path: Path): Change[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  return keys.flatMap((key) => diff(before.get(key), after.get(key), [...path, key]));
}

/** Named items are compared by name, other maps by position; a list with plain values is compared as one. */
function diffLists(before: readonly JsonValue[], after: readonly JsonValue[], path: Path): Change[] {
  const member = naming.find((name) => isNamedBy(before, name) && isNamedBy(after, name));
  if (member !== undefined) return diffNamed(byName(before, member), byName(after, member), path);
  if ([...before, ...after].some((item) => !isMap(item))) {
    return isSame(before, after) ? [] : [change(path, before, after)];
  }
  const length = Math.max(before.length, after.length);
  return Array.from({ length }, (_, index) => diff(before[index], after[index], [...path, index])).flat();
}

/** What changed in each item, and the order of those that stayed, where that changed. */
function diffNamed(before: Members, after: Members, path: Path): Change[] {
  const changes = diffMembers(before, after, path);
  const orderBefore = [...before.keys()].filter((name) => after.has(name));
  const orderAfter = [...after.keys()].filter((name) => before.has(name));
  return isSame(orderBefore, orderAfter) ? changes : [...changes, change(path, orderBefore, orderAfter)];
}

function change(path: Path, before: JsonValue | undefined, after: JsonValue | undefined): Change {
  return {
    path: formatPath(path),
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  };
}

function isNamedBy(items: readonly JsonValue[], member: string): boolean {
  const names = items.map((item) => (isMap(item) ? membersOf(item).get(member) : undefined));
  return names.every((name) => typeof name === 'string') && new Set(names).size === names.length;
}

const byName = (items: readonly JsonValue[], member: string): Members =>
  new Map(items.map((item) => [String((item as JsonMap)[member]), item]));

const membersOf = (map: JsonMap): Members => new Map(Object.entries(map));

const isList = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);

const isMap = (value: JsonValue | undefined): value is JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSame = (a: JsonValue | undefined, b: JsonValue | undefined): boolean =>
  a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b);

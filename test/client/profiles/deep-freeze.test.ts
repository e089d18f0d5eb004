import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../../client/profiles/deep-freeze.js';

describe('deepFreeze', () => {
  it('freezes objects and lists at every depth, also where they hold themselves', () => {
    const inner = { list: [{ n: 1 }] };
    const value: Record<string, unknown> = { inner };
    value['self'] = value;
    deepFreeze(value);
    expect(() => inner.list[0] && Object.assign(inner.list[0], { n: 2 })).toThrow(TypeError);
    expect(() => inner.list.push({ n: 2 })).toThrow(TypeError);
  });

  it('freezes a Map, its keys and its values', () => {
    const key = { id: 1 };
    const value = deepFreeze({ tiers: new Map([[key, { hints: [3] }]]) });
    expect(() => value.tiers.set({ id: 2 }, { hints: [] })).toThrow('configuration is frozen');
    expect(() => value.tiers.delete(key)).toThrow('configuration is frozen');
    expect(() => value.tiers.clear()).toThrow('configuration is frozen');
    expect(() => value.tiers.get(key)?.hints.push(4)).toThrow(TypeError);
    expect(() => Object.assign(key, { id: 3 })).toThrow(TypeError);
    expect([...value.tiers]).toEqual([[{ id: 1 }, { hints: [3] }]]);
    expect(value).toEqual({ tiers: new Map([[{ id: 1 }, { hints: [3] }]]) });
  });

  it('freezes a Set and its members', () => {
    const member = { id: 1 };
    const value = deepFreeze(new Set([member]));
    expect(() => value.add({ id: 2 })).toThrow('configuration is frozen');
    expect(() => value.delete(member)).toThrow('configuration is frozen');
    expect(() => value.clear()).toThrow('configuration is frozen');
    expect(() => Object.assign(member, { id: 3 })).toThrow(TypeError);
    expect([...value]).toEqual([{ id: 1 }]);
  });

  it('lets a frozen Map and Set be copied', () => {
    const value = deepFreeze({ map: new Map([['a', 1]]), set: new Set(['a']) });
    const copy = structuredClone(value);
    copy.map.set('b', 2);
    expect([...new Map(value.map).set('c', 3).keys()]).toEqual(['a', 'c']);
    expect([...copy.map.keys()]).toEqual(['a', 'b']);
    expect([...new Set(value.set).add('b')]).toEqual(['a', 'b']);
  });

  it('takes what was frozen before, and freezes what it holds', () => {
    const held = { n: 1 };
    const map = Object.freeze(new Map([['a', held]]));
    expect(deepFreeze(deepFreeze(map))).toBe(map);
    expect(Object.isFrozen(held)).toBe(true);
  });
});

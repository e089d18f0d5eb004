import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../core/addresses.js';
import { UsageError } from '../../core/errors.js';

describe('parseAddress', () => {
  it.each([
    ['treasure-hunt', { application: 'treasure-hunt' }],
    ['treasure-hunt/staging', { application: 'treasure-hunt', environment: 'staging' }],
    ['a/b/c', { application: 'a', environment: 'b', profile: 'c' }],
    ['a/b/c@12', { application: 'a', environment: 'b', profile: 'c', version: 12 }],
    ['a/b/c@v12', { application: 'a', environment: 'b', profile: 'c', version: 12 }],
    ['a/b/c@v12-0a1b2c3d', { application: 'a', environment: 'b', profile: 'c', version: 12 }],
  ])('reads %s', (text, expected) => {
    expect(parseAddress(text)).toEqual(expected);
  });

  it.each([
    ['', 'a part is empty'],
    ['a//c', 'a part is empty'],
    ['a/b/c/d', 'it has too many parts'],
    ['a/b/c@1@2', 'it has too many parts'],
    ['a/b@3', 'only a profile has versions'],
    ['A/b', '"A" is not a name'],
    ['a_b', '"a_b" is not a name'],
    ['a/b/c@0', '"0" is not a version'],
    ['a/b/c@latest', '"latest" is not a version'],
  ])('refuses %j and says why', (text, why) => {
    expect(() => parseAddress(text)).toThrow(UsageError);
    expect(() => parseAddress(text)).toThrow(why);
  });

  it('gives back what formatAddress wrote', () => {
    for (const text of ['a', 'a/b', 'a/b/c', 'a/b/c@7']) expect(formatAddress(parseAddress(text))).toBe(text);
  });
});

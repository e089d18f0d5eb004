import { describe, expect, it } from 'vitest';
import { namesOf, parseReference } from '../../../core/secrets/reference.js';
import { isPassing, textAt } from '../../../core/secrets/secret-values.js';

describe('what a reference means', () => {
  it('is the whole text, or a member of it', () => {
    const text = '{"user":"anna","port":5432,"tls":true}';
    expect(textAt({ name: 'db' }, text)).toEqual({ kind: 'text', text });
    expect(textAt({ name: 'db', key: 'user' }, text)).toEqual({ kind: 'text', text: 'anna' });
    expect(textAt({ name: 'db', key: 'port' }, text)).toEqual({ kind: 'text', text: '5432' });
    expect(textAt({ name: 'db', key: 'tls' }, text)).toEqual({ kind: 'text', text: 'true' });
  });

  it.each([
    ['no JSON', 'hunter2'],
    ['no object', '"hunter2"'],
    ['null', 'null'],
    ['without it', '{"user":"hunter2"}'],
    ['with another form of it', '{"password":{"is":"hunter2"}}'],
  ])('is nothing where the text is %s, in words that do not show it', (_, text) => {
    expect(textAt({ name: 'db', key: 'password' }, text)).toEqual({
      kind: 'unusable',
      reason: 'it is no JSON object with a text under "password"',
    });
    expect(textAt({ name: 'db', key: 'constructor' }, text).kind).toBe('unusable');
  });
});

it('reads name and key, and names each secret once', () => {
  expect(parseReference('secretsmanager:a/b#c')).toEqual({ name: 'a/b', key: 'c' });
  expect(parseReference('secretsmanager:a/b')).toEqual({ name: 'a/b' });
  expect(parseReference('a/b')).toBeUndefined();
  expect(namesOf(['secretsmanager:b#x', 'secretsmanager:a', 'secretsmanager:b#y', 'none'])).toEqual([
    'a',
    'b',
  ]);
});

it('tells what another attempt may cure', () => {
  const kinds = ['not-found', 'denied', 'unusable', 'throttled', 'unreachable'] as const;
  expect(kinds.filter((kind) => isPassing({ kind, reason: '' }))).toEqual(['throttled', 'unreachable']);
});

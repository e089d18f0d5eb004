import { describe, expect, it } from 'vitest';
import { readYaml, type YamlFile } from '../../../control/files/yaml-file.js';

const read = (text: string): YamlFile => readYaml(new TextEncoder().encode(text));

function problemsOf(file: YamlFile) {
  return file.ok ? [] : file.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('readYaml refuses', () => {
  it.each([
    ['an empty file', '', '1:1 is empty: write the values the schema asks for'],
    ['only comments', '# nothing yet\n', '1:1 is empty: write the values the schema asks for'],
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', '3:1 is a key that stands here twice: remove one'],
    [
      'a duplicate key inside',
      'tiers:\n  free: 1\n  free: 2\n',
      '3:3 is a key that stands here twice: remove one',
    ],
    ['a second document', 'a: 1\n---\nb: 2\n', '2:1 begins a second document: a file holds one'],
    [
      'a number that loses digits',
      'id: 12345678901234567890\n',
      '1:5 is a whole number with more digits than a number keeps: quote it',
    ],
    [
      'an alias of nothing',
      'a: 1\nb: *nowhere\n',
      '2:4 is an alias (*) that names no anchor above it: quote it if it is text',
    ],
    ['a foreign tag', 'a: !secret x\n', '1:4 has a tag (!) that nobody here knows: write the value itself'],
  ])('%s', (_name, text, problem) => {
    expect(problemsOf(read(text))).toContain(problem);
  });

  it.each([
    ['an open list', 'a: [1, 2\nb: 3\n', 2, 'a quote or bracket that is not closed'],
    ['a tab as indentation', 'a:\n\tb: 1\n', 2, 'is indented with a tab: YAML takes spaces only'],
    ['a key without colon', 'a: 1\nb\nc: 2\n', 2, 'a ":" after a key'],
    ['a colon within a value', 'a: b: c\n', 1, 'has a second ": " on its line'],
    ['a map that is not in one column', 'a:\n  b: 1\n c: 2\n', 3, 'is indented differently'],
    ['an open quote', 'a: "x\n', 2, 'a quote or bracket that is not closed'],
    ['a foreign escape', 'a: "\\q"\n', 1, 'a backslash that means nothing'],
    ['a value that begins with a sign of YAML', 'a: @x\n', 1, 'put the value in quotes'],
  ])('%s, at its line, in plain words', (_name, text, line, words) => {
    const file = read(text);
    expect(file.ok).toBe(false);
    expect(file.ok || file.problems[0]?.line).toBe(line);
    expect(problemsOf(file).join()).toContain(words);
    expect(problemsOf(file).join()).not.toMatch(/does not read as YAML|scalar|collection|implicit/i);
  });

  it('bytes that are not UTF-8', () => {
    const latin1 = Uint8Array.from([0x61, 0x3a, 0x20, 0xe9]);
    expect(problemsOf(readYaml(latin1))).toEqual(['1:1 is not UTF-8 text: save it as UTF-8']);
  });

  it('a file of 3 MB, without reading it', () => {
    const file = readYaml(new Uint8Array(3 * 1024 * 1024));
    expect(problemsOf(file)).toEqual([
      "1:1 is 3,145,728 bytes: AppConfig's hosted store takes at most 1,048,576 (1 MB)",
    ]);
  });

  it('anchors that multiply', () => {
    const rows = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de']) {
      rows.push(`${to}: &${to} [${Array.from({ length: 10 }, () => `*${from}`).join(',')}]`);
    }
    expect(problemsOf(read(rows.join('\n')))).toEqual(['1:1 repeats an anchor more than 100 times']);
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['closed brackets', '['.repeat(101) + ']'.repeat(101)],
    ['maps', '{a: '.repeat(50_000)],
    ['dashes on one line', '- '.repeat(100_000)],
    ['questions on one line', '? '.repeat(100_000)],
  ])('nesting by %s that would end the process', (_name, text) => {
    expect(problemsOf(read(text))).toEqual(['1:1 is nested more than 100 levels deep']);
  });
});

describe('readYaml reads', () => {
  it.each([
    ['plain values', 'a: 1\nb: [x, true, null]\n', { a: 1, b: ['x', true, null] }],
    ['instants as text', 'at: 2026-06-01T09:00:00Z\n', { at: '2026-06-01T09:00:00Z' }],
    ['"yes" and "on" as text', 'a: yes\nb: on\n', { a: 'yes', b: 'on' }],
    ['anchors and aliases', 'a: &x { n: 1 }\nb: *x\n', { a: { n: 1 }, b: { n: 1 } }],
    ['merge keys', 'a: &x { n: 1, m: 2 }\nb: { <<: *x, m: 3 }\n', { a: { n: 1, m: 2 }, b: { n: 1, m: 3 } }],
    ['a byte order mark', '\uFEFFa: 1\n', { a: 1 }],
    ['an explicit null as a value', 'null\n', null],
    [
      'brackets in texts',
      `a: "${'['.repeat(300)}"\nb: |\n  ${'['.repeat(300)}\n`,
      { a: '['.repeat(300), b: `${'['.repeat(300)}\n` },
    ],
    ['a long list', `a:\n${'  - 1\n'.repeat(500)}`, { a: Array.from({ length: 500 }, () => 1) }],
  ])('%s', (_name, text, value) => {
    expect(read(text)).toMatchObject({ ok: true, value });
  });
});

describe('place finds', () => {
  const text = [
    'coolDownMs: "800ms"',
    'tiers:',
    '  gold:',
    '    burst: 3',
    'clues:',
    '  - text: a',
    '  - text: b',
    'base: &base { size: 1 }',
    'derived:',
    '  <<: *base',
    '"odd key": 1',
    '',
  ].join('\n');

  it.each([
    ['a value', 'coolDownMs', 'is "800ms", expected a number', '1:13'],
    ['a value below', 'tiers.gold.burst', 'is 3, expected at least 5', '4:12'],
    ['the key of an unknown key', 'tiers.gold.burst', 'is unknown: the schema has no such key', '4:5'],
    ['the parent of a missing key', 'tiers.gold.queueSize', 'is missing, expected a number', '3:3'],
    ['an item of a list', 'clues[1].text', 'is "b", expected "c"', '7:11'],
    ['the item where its member is missing', 'clues[1].id', 'is missing, expected text', '7:5'],
    ['a merged value', 'derived.size', 'is 1, expected text', '8:21'],
    ['a quoted key', '["odd key"]', 'is unknown: the schema has no such key', '11:1'],
    ['the document itself', '', 'is a map, expected a list', '1:1'],
    ['the document for a missing key on top', 'features', 'is missing, expected a map', '1:1'],
  ])('%s', (_name, path, message, expected) => {
    const file = read(text);
    if (!file.ok) throw new Error('must read');
    const { line, column } = file.place({ path, message });
    expect(`${line}:${column}`).toBe(expected);
  });
});

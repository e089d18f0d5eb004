import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  checkValue,
  parseContent,
  parseLabel,
  prepareContent,
  versionLabel,
} from '../../../core/content/content.js';
import { defineProfile } from '../../../core/profiles.js';

interface Tree {
  value: number;
  children?: Tree[] | undefined;
}
const tree: z.ZodType<Tree> = z.object({
  value: z.number(),
  get children() {
    return z.array(tree).optional();
  },
});

const profile = defineProfile({
  name: 'limits',
  description: 'What a service may do',
  schemaVersion: 1,
  schema: z
    .object({
      retries: z.int().min(0).max(10).default(2),
      timeoutMs: z.number().positive(),
      mode: z.enum(['fast', 'safe']).optional(),
      strict: z.boolean().optional(),
      tags: z.array(z.string()).max(2).optional(),
      names: z.array(z.string()).min(1).optional(),
      tiers: z.record(z.string(), z.object({ queueSize: z.int() })).optional(),
      choice: z
        .discriminatedUnion('kind', [
          z.object({ kind: z.literal('a'), size: z.number() }),
          z.object({ kind: z.literal('b') }),
        ])
        .optional(),
      either: z.union([z.string(), z.object({ text: z.string() })]).optional(),
      open: z.looseObject({ known: z.number() }).optional(),
      closed: z.strictObject({ known: z.number() }).optional(),
      tree: tree.optional(),
    })
    .refine((value) => value.retries * value.timeoutMs <= 10_000, {
      path: ['timeoutMs'],
      error: 'retries x timeoutMs must stay within 10,000 ms',
    }),
});

const problemsOf = (value: unknown) => {
  const prepared = prepareContent(profile, value);
  return prepared.ok ? [] : prepared.problems;
};

describe('prepareContent', () => {
  it.each([
    ['a wrong type', { timeoutMs: '800ms' }, 'timeoutMs', 'is "800ms", expected a number', '800'],
    ['a missing key', {}, 'timeoutMs', 'is missing, expected a number', undefined],
    ['a fraction', { timeoutMs: 1, retries: 1.5 }, 'retries', 'is 1.5, expected a whole number', undefined],
    ['too much', { timeoutMs: 1, retries: 11 }, 'retries', 'is 11, expected at most 10', undefined],
    ['too little', { timeoutMs: 0 }, 'timeoutMs', 'is 0, expected more than 0', undefined],
    [
      'too many',
      { timeoutMs: 1, tags: ['a', 'b', 'c'] },
      'tags',
      'is a list of 3, expected at most 2 items',
      undefined,
    ],
    [
      'no option',
      { timeoutMs: 1, mode: 'slow' },
      'mode',
      'is "slow", expected one of "fast", "safe"',
      undefined,
    ],
    [
      'text for a truth value',
      { timeoutMs: 1, strict: 'yes' },
      'strict',
      'is "yes", expected true or false',
      'true',
    ],
    ['a list for a map', [], '', 'is an empty list, expected a map', undefined],
    ['nothing', null, '', 'is null, expected a map', undefined],
    [
      'a failed refinement',
      { timeoutMs: 9000 },
      'timeoutMs',
      'retries x timeoutMs must stay within 10,000 ms',
      undefined,
    ],
  ])('names %s', (_, value, path, message, suggestion) => {
    expect(problemsOf(value)).toEqual([{ path, message, ...(suggestion && { suggestion }) }]);
  });

  it.each([
    ['at the top', { timeoutMs: 1, timeOut: 2 }, 'timeOut'],
    ['in a record', { timeoutMs: 1, tiers: { gold: { queueSize: 1, queue: 2 } } }, 'tiers.gold.queue'],
    ['in a discriminated union', { timeoutMs: 1, choice: { kind: 'a', size: 1, sise: 2 } }, 'choice.sise'],
    ['in a union', { timeoutMs: 1, either: { text: 'x', txt: 'y' } }, 'either.txt'],
    [
      'in a recursive schema',
      { timeoutMs: 1, tree: { value: 1, children: [{ value: 2, v: 3 }] } },
      'tree.children[0].v',
    ],
    ['in an object its author closed', { timeoutMs: 1, closed: { known: 1, unknown: 2 } }, 'closed.unknown'],
  ])('refuses an unknown key %s, where a client drops it', (_, value, path) => {
    expect(problemsOf(value)).toEqual([{ path, message: 'is unknown: the schema has no such key' }]);
    const tolerant = checkValue(profile, value, 'tolerant');
    expect(tolerant.ok).toBe(true);
    expect(JSON.stringify(tolerant)).not.toContain(`"${path.split('.').at(-1)}"`);
  });

  it('keeps unknown keys where the author declared them', () => {
    const value = { timeoutMs: 1, open: { known: 1, anything: 2 } };
    expect(problemsOf(value)).toEqual([]);
    expect(checkValue(profile, value, 'tolerant')).toMatchObject({ ok: true, value });
  });

  it('publishes the input, not the output: defaults stay out', () => {
    const prepared = prepareContent(profile, { timeoutMs: 800 });
    expect(prepared).toMatchObject({ ok: true, value: { json: '{"timeoutMs":800}' } });
    expect(checkValue(profile, { timeoutMs: 800 }, 'tolerant')).toMatchObject({ value: { retries: 2 } });
  });

  it("names AppConfig's limit", () => {
    const tags = ['x'.repeat(3 * 1024 * 1024)];
    expect(problemsOf({ timeoutMs: 1, tags })).toEqual([
      { path: '', message: "is 3,145,755 bytes; AppConfig's hosted store takes at most 1,048,576" },
    ]);
  });
});

describe('a schema of uncommon form', () => {
  const closed = (schema: z.ZodType) => defineProfile({ ...profile, schema });

  it('takes for unknown in an intersection what neither side knows', () => {
    const both = closed(z.intersection(z.object({ a: z.number() }), z.object({ b: z.number() })));
    expect(prepareContent(both, { a: 1, b: 2 }).ok).toBe(true);
    expect(prepareContent(both, { a: 1, b: 2, c: 3 })).toMatchObject({ problems: [{ path: 'c' }] });
    expect(checkValue(both, { a: 1, b: 2, c: 3 }, 'tolerant')).toEqual({ ok: true, value: { a: 1, b: 2 } });
  });

  it('refuses unknown keys behind z.lazy', () => {
    const lazy = closed(z.object({ inner: z.lazy(() => z.object({ a: z.number() })) }));
    expect(prepareContent(lazy, { inner: { a: 1, b: 2 } })).toMatchObject({
      problems: [{ path: 'inner.b' }],
    });
  });

  it('refuses what makes the schema itself fail, instead of throwing', () => {
    const failing = closed(z.object({ date: z.string().transform((text) => new Date(text).toISOString()) }));
    expect(prepareContent(failing, { date: 'tomorrow' })).toEqual({
      ok: false,
      problems: [{ path: '', message: 'makes the schema fail: RangeError: Invalid time value' }],
    });
  });

  it('keeps every kind of check: superRefine, check and overwrite', () => {
    const checked = closed(
      z.object({
        list: z.array(z.string().trim()).superRefine((list, context) => {
          list.forEach((item, index) => {
            if (item === 'bad')
              context.addIssue({ code: 'custom', path: [index], message: 'must not be bad' });
          });
        }),
        size: z.number().check((context) => {
          if (context.value > 9)
            context.issues.push({ code: 'custom', input: context.value, message: 'is too much' });
        }),
      }),
    );
    expect(prepareContent(checked, { list: ['ok', 'bad'], size: 10 })).toEqual({
      ok: false,
      problems: [
        { path: 'list[1]', message: 'must not be bad' },
        { path: 'size', message: 'is too much' },
      ],
    });
    expect(checkValue(checked, { list: [' ok '], size: 1 }, 'tolerant')).toEqual({
      ok: true,
      value: { list: ['ok'], size: 1 },
    });
  });

  it('refuses unknown keys in tuples, maps of options and behind transforms', () => {
    const inner = z.object({ a: z.number() });
    const deep = closed(
      z.object({
        tuple: z.tuple([inner, inner]),
        piped: inner.transform((value) => value.a).optional(),
        caught: z.preprocess((value) => value, inner).nullable(),
      }),
    );
    const value = { tuple: [{ a: 1 }, { a: 1, x: 1 }], piped: { a: 1, y: 1 }, caught: { a: 1, z: 1 } };
    expect(prepareContent(deep, value)).toMatchObject({
      problems: [{ path: 'tuple[1].x' }, { path: 'piped.y' }, { path: 'caught.z' }],
    });
    expect(checkValue(deep, value, 'tolerant')).toEqual({
      ok: true,
      value: { tuple: [{ a: 1 }, { a: 1 }], piped: 1, caught: { a: 1 } },
    });
  });
});

describe('parseContent', () => {
  it.each([
    ['no JSON', Buffer.from('{"timeoutMs":'), /^is not JSON: /],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), /^is not UTF-8 text$/],
    ['nothing', Buffer.from(''), /^is not JSON: /],
  ])('refuses %s', (_, bytes, message) => {
    const parsed = parseContent(profile, bytes, 'tolerant');
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? '' : parsed.problems[0]?.message).toMatch(message);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(typeof parseContent(profile, bytes, 'tolerant').ok).toBe('boolean');
      }),
    );
  });

  it('reads back what was prepared, in both modes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 0, max: 10 }),
        (timeoutMs, retries) => {
          const prepared = prepareContent(profile, { retries, timeoutMs });
          if (!prepared.ok) throw new Error('must be valid');
          expect(parseContent(profile, prepared.value.bytes, 'strict')).toEqual({
            ok: true,
            value: { retries, timeoutMs },
          });
          expect(parseContent(profile, prepared.value.bytes, 'tolerant')).toEqual({
            ok: true,
            value: { retries, timeoutMs },
          });
        },
      ),
    );
  });
});

describe('a label', () => {
  it('carries the number and the first eight digits of the hash', () => {
    expect(versionLabel(3, '0a1b2c3d4e5f')).toBe('v3-0a1b2c3d');
    expect(parseLabel('v3-0a1b2c3d')).toEqual({ version: 3, hash8: '0a1b2c3d' });
  });

  it.each(['', '3', 'v0-0a1b2c3d', 'v3', 'release-3', 'v3-0A1B2C3D', 'v3-0a1b2c3d4'])(
    'is not %j',
    (label) => {
      expect(parseLabel(label)).toBeUndefined();
    },
  );
});

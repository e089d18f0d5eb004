import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { JsonValue } from '../../../core/content/canonical-json.js';
import { parseContent, prepareContent } from '../../../core/content/content.js';
import { withoutMisfits } from '../../../core/content/misfits.js';
import { UsageError } from '../../../core/errors.js';
import { defineProfile } from '../../../core/profiles.js';
import { fillSecret } from '../../../core/secrets/secret.js';
import { secretNamePrefixes, secretRef } from '../../../core/secrets/secret-ref.js';
import { secretsIn } from '../../../core/secrets/secrets-in.js';

const schema = z.object({
  mapKey: secretRef('hunt/'),
  mail: z.object({ password: secretRef('shared/mail/') }).optional(),
  login: z.union([z.object({ user: z.string() }), secretRef('hunt/')]).optional(),
});
const profileOf = <Schema extends z.ZodType>(of: Schema) =>
  defineProfile({ name: 'maps', description: 'Where maps come from.', schemaVersion: 1, schema: of });
const maps = profileOf(schema);
const reference = 'secretsmanager:hunt/staging/map#apiKey';

const problemsOf = (value: unknown) => {
  const prepared = prepareContent(maps, value);
  return prepared.ok ? [] : prepared.problems;
};

describe('content that names a secret', () => {
  it.each([reference, 'secretsmanager:hunt/map', 'secretsmanager:hunt/a_b+c=d.e@f-g/h#key.of@it-1'])(
    'may say %s',
    (mapKey) => {
      expect(problemsOf({ mapKey })).toEqual([]);
    },
  );

  it.each<[string, unknown]>([
    ['a name elsewhere', 'secretsmanager:other/map'],
    ['the folder alone', 'secretsmanager:hunt/'],
    ['a name that only begins alike', 'secretsmanager:hunting/map'],
    ['another place', 'ssm:hunt/map'],
    ['a blank in the name', 'secretsmanager:hunt/my map'],
    ['no key after the sign', 'secretsmanager:hunt/map#'],
    ['something after the key', 'secretsmanager:hunt/map#a#b'],
    ['a line more', `${reference}\n`],
    ['the ARN', 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:hunt/map-AbCdEf'],
    ['a number', 20260101],
    ['nothing', undefined],
    ['a list', [reference]],
  ])('may not say %s', (_, mapKey) => {
    expect(problemsOf({ mapKey }).map(({ path }) => path)).toContain('mapKey');
  });

  it('is stored as the reference, and read as a secret', () => {
    const prepared = prepareContent(maps, { mapKey: reference });
    expect(prepared).toMatchObject({ ok: true, value: { json: `{"mapKey":"${reference}"}` } });
    const bytes = new TextEncoder().encode(`{"mapKey":"${reference}","later":1}`);
    const read = parseContent(maps, bytes, 'tolerant');
    expect(read.ok && secretsIn(read.value).map((secret) => secret.reference)).toEqual([reference]);
  });
});

describe('a secret that was pasted into content by mistake', () => {
  it('is refused in words that do not show it', () => {
    expect(problemsOf({ mapKey: 'sk_live_12345' })).toEqual([
      {
        path: 'mapKey',
        message:
          'is not shown here, expected a reference to a secret: "secretsmanager:hunt/NAME", or that with "#KEY" for a member of it',
      },
    ]);
  });

  it('is never shown, whatever it is and wherever it stands', () => {
    const pasted = fc.string({ minLength: 6 }).map((text) => `pasted-${text}`);
    fc.assert(
      fc.property(pasted, fc.constantFrom('mapKey', 'password', 'login'), (text, where) => {
        const value = {
          mapKey: where === 'mapKey' ? text : reference,
          ...(where === 'password' && { mail: { password: text } }),
          ...(where === 'login' && { login: text }),
        };
        const problems = problemsOf(value);
        expect(problems.length).toBeGreaterThan(0);
        expect(JSON.stringify(problems)).not.toContain('pasted-');
      }),
      { numRuns: 300 },
    );
  });
});

describe('a secret that was pasted into the wrong line', () => {
  const kinds = profileOf(
    z.object({
      mail: z.object({ password: secretRef('hunt/') }).optional(),
      keys: z.array(secretRef('hunt/')).optional(),
      byName: z.record(z.string(), secretRef('hunt/')).optional(),
      long: z.string().min(99).pipe(secretRef('hunt/')).optional(),
      login: z
        .discriminatedUnion('kind', [z.object({ kind: z.literal('a'), key: secretRef('hunt/') })])
        .optional(),
      lazy: z.lazy(() => z.object({ key: secretRef('hunt/') })).optional(),
      url: z.url().optional(),
      mode: z.enum(['fast', 'safe']).optional(),
      retries: z.int().max(10).optional(),
      isOn: z.boolean().optional(),
    }),
  );
  const found = (value: unknown) => {
    const prepared = prepareContent(kinds, value);
    return prepared.ok ? [] : prepared.problems;
  };

  it.each([
    [{ mail: 'hunter2' }, { path: 'mail', message: 'is text, expected a map' }],
    [{ mail: 12345678 }, { path: 'mail', message: 'is a number, expected a map' }],
    [{ keys: 'hunter2' }, { path: 'keys', message: 'is text, expected a list' }],
    [{ long: 'hunter2' }, { path: 'long', message: 'is text, expected at least 99 characters' }],
    [{ retries: '2hunter' }, { path: 'retries', message: 'is text, expected a number' }],
    [{ mode: 'hunter2' }, { path: 'mode', message: 'is text, expected one of "fast", "safe"' }],
    [{ retries: 11 }, { path: 'retries', message: 'is 11, expected at most 10' }],
    [{ isOn: null }, { path: 'isOn', message: 'is null, expected true or false' }],
    ['hunter2', { path: '', message: 'is text, expected a map' }],
  ])('is called by its kind: %j', (value, problem) => {
    expect(found(value)).toEqual([problem]);
  });

  it('is never shown, nor a part of it as a suggestion', () => {
    const places = ['mail', 'keys', 'byName', 'long', 'lazy', 'url', 'mode', 'retries', 'isOn'];
    const pasted = fc.tuple(fc.nat(), fc.string()).map(([number, text]) => `${number}pasted${text}`);
    const wrapped = pasted.chain((text) =>
      fc.constantFrom<unknown>(text, [text], { key: text }, { password: text }, { kind: text }),
    );
    fc.assert(
      fc.property(fc.constantFrom('login', ...places), wrapped, (place, value) => {
        const problems = found({ [place]: value });
        expect(problems.length).toBeGreaterThan(0);
        expect(JSON.stringify(problems)).not.toContain('pasted');
        expect(problems.every(({ suggestion }) => suggestion === undefined)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is not shown where the content is no JSON, or the schema itself fails', () => {
    const failing = profileOf(
      z.object({ key: secretRef('hunt/'), list: z.string().transform((text) => JSON.parse(text)) }),
    );
    const parsed = [
      parseContent(kinds, new TextEncoder().encode('hunter2'), 'strict'),
      prepareContent(failing, { key: reference, list: 'hunter2' }),
    ];
    expect(parsed).toEqual([
      { ok: false, problems: [{ path: '', message: 'is not JSON: why is not shown here' }] },
      { ok: false, problems: [{ path: '', message: 'makes the schema fail: why is not shown here' }] },
    ]);
  });
});

describe('a deployed value that held a secret in plain text', () => {
  const shown = (value: JsonValue) => withoutMisfits(maps, value);

  it.each<[string, JsonValue, JsonValue]>([
    ['where a reference is expected now', { mapKey: 'hunter2' }, { mapKey: '(not shown)' }],
    ['a level above', { mapKey: reference, mail: 'hunter2' }, { mapKey: reference, mail: '(not shown)' }],
    ['under a name of before', { key: { a: 'hunter2' } }, { key: '(not shown)' }],
    ['in a form of before', { login: { pass: 'hunter2' } }, { login: '(not shown)' }],
    ['as a whole', ['hunter2'], '(not shown)'],
  ])('is shown without it: %s', (_, value, expected) => {
    const given = structuredClone(value);
    expect(shown(value)).toEqual(expected);
    expect(value).toEqual(given);
  });

  it('is shown as it is where it suits, and where nothing is secret', () => {
    const suits = { mapKey: reference, mail: { password: 'secretsmanager:shared/mail/p' } };
    expect(shown(suits)).toEqual(suits);
    const open = profileOf(z.object({ size: z.int() }));
    expect(withoutMisfits(open, { size: 'x', more: 1 })).toEqual({ size: 'x', more: 1 });
  });

  it('is shown without the forms that nobody looked into, and not at all where the schema fails', () => {
    const form = z.discriminatedUnion('kind', [z.object({ kind: z.literal('a'), key: secretRef('hunt/') })]);
    const forms = profileOf(z.object({ login: form, size: z.int() }));
    const value = { login: { kind: 'b', key: 'hunter2' }, size: 1 };
    expect(withoutMisfits(forms, value)).toEqual({ login: '(not shown)', size: 1 });
    const schema = z.object({
      key: secretRef('hunt/'),
      at: z.string().transform((text) => JSON.parse(text)),
    });
    expect(withoutMisfits(profileOf(schema), { key: reference, at: 'x' })).toBe('(not shown)');
  });

  it('is shown though a rule of all of it is broken', () => {
    const ruled = profileOf(schema.refine(() => false));
    expect(withoutMisfits(ruled, { mapKey: reference })).toEqual({ mapKey: reference });
  });
});

describe('a prefix', () => {
  it.each(['', 'hunt', '/', '/hunt/', 'hunt /', 'hunt/#'])('is not %j', (prefix) => {
    expect(() => secretRef(prefix)).toThrow(UsageError);
  });

  it('is found in a schema at any depth, each once, for whoever writes the rights of nodes', () => {
    type Tree = { key?: unknown; next?: Tree | undefined };
    const tree: z.ZodType<Tree> = z.object({
      key: secretRef('tree/').optional(),
      get next() {
        return tree.optional();
      },
    });
    const deep = z.object({
      list: z.array(z.record(z.string(), secretRef('b/'))),
      other: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('x'), again: secretRef('b/').optional() }),
        z.object({ kind: z.literal('y'), first: z.lazy(() => secretRef('a/')) }),
      ]),
      tree,
    });
    expect(secretNamePrefixes(deep)).toEqual(['a/', 'b/', 'tree/']);
    expect(secretNamePrefixes(schema)).toEqual(['hunt/', 'shared/mail/']);
    expect(secretNamePrefixes(z.object({ a: z.string() }))).toEqual([]);
  });
});

describe('a secret', () => {
  const made = () => {
    const { mapKey } = schema.parse({ mapKey: reference });
    const [open] = secretsIn({ mapKey });
    if (!open) throw new Error('no secret was found');
    return open;
  };

  it('reveals its text once it was read, also when it is frozen', () => {
    const secret = Object.freeze(made());
    expect(() => secret.reveal()).toThrow(`${reference} was never read`);
    fillSecret(secret, 'sk_live_1');
    expect(secret.reveal()).toBe('sk_live_1');
    expect(() => fillSecret(secret, 'sk_live_2')).toThrow('is filled already');
    expect(secret.reveal()).toBe('sk_live_1');
  });

  it('shows its reference and nothing more, however it is written', () => {
    const secret = made();
    fillSecret(secret, 'sk_live_1');
    const shown = `[secret ${reference}]`;
    expect(`${secret}`).toBe(shown);
    expect(JSON.stringify({ secret })).toBe(`{"secret":"${shown}"}`);
    expect(inspect({ secret })).toBe(`{ secret: ${shown} }`);
    const everything = [
      inspect(secret, { showHidden: true, depth: 9, getters: true, customInspect: false }),
      JSON.stringify({ ...secret }),
      JSON.stringify(Object.entries(secret)),
      inspect(structuredClone({ ...secret })),
      String(new Error('failed', { cause: secret })),
    ].join('\n');
    expect(everything).not.toContain('sk_live_1');
  });

  it('is found in maps, sets and lists, once each, also where a value holds itself', () => {
    const [a, b, c] = [made(), made(), made()];
    const value = {
      list: [a],
      map: new Map<unknown, unknown>([['key', { b }]]),
      set: new Set([c]),
      again: a,
    };
    Object.assign(value, { self: value });
    expect(secretsIn(value)).toEqual([a, b, c]);
    expect(secretsIn(undefined)).toEqual([]);
  });
});

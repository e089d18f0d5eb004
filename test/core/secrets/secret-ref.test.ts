import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { parseContent, prepareContent } from '../../../core/content/content.js';
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
const maps = defineProfile({ name: 'maps', description: 'Where maps come from.', schemaVersion: 1, schema });
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

/** Holds the files people edit against the schemas, as the first gate does. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { applications } from '../../config/applications.js';
import { treasureHunt } from '../../config/treasure-hunt/application.js';
import { checkValue, prepareContent } from '../../core/content/content.js';
import type { Profile } from '../../core/profiles.js';

const folder = new URL('../../config/treasure-hunt/', import.meta.url);
const profiles: readonly Profile[] = treasureHunt.profiles;
const cases = profiles.flatMap((profile) =>
  treasureHunt.environments.map((environment) => ({
    profile,
    file: `${profile.name}.${environment}.yaml`,
  })),
);

const read = (file: string): unknown => parse(readFileSync(new URL(file, folder), 'utf8'));

describe('the values of treasure-hunt', () => {
  it.each(cases)('$file is publishable', ({ profile, file }) => {
    const prepared = prepareContent(profile, read(file));
    expect(prepared.ok ? [] : prepared.problems).toEqual([]);
  });

  it('has a file for every profile and environment, and no file besides', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    expect(files.sort()).toEqual(cases.map(({ file }) => file).sort());
  });

  it.each(cases)('$file with a key too many is refused', ({ profile, file }) => {
    const value = { ...(read(file) as object), unheardOf: 1 };
    expect(checkValue(profile, value, 'strict')).toEqual({
      ok: false,
      problems: [{ path: 'unheardOf', message: 'is unknown: the schema has no such key' }],
    });
  });

  it('has defaults that are as publishable as any value', () => {
    for (const profile of profiles.filter((item) => item.defaults !== undefined)) {
      expect(checkValue(profile, profile.defaults, 'strict').ok).toBe(true);
    }
  });
});

describe('the applications', () => {
  it('are those of the folders beside', () => {
    expect(applications.map(({ name }) => name)).toEqual(['treasure-hunt']);
  });
});

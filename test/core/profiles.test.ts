import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { UsageError } from '../../core/errors.js';
import {
  defineApplication,
  defineProfile,
  type Profile,
  type ProfileName,
  type ProfileValue,
} from '../../core/profiles.js';

const gameplay = defineProfile({
  name: 'gameplay',
  description: 'How the game plays',
  schema: z.object({ coolDownMs: z.int(), bonus: z.number().default(1) }),
  schemaVersion: 1,
});
const application = defineApplication({
  name: 'treasure-hunt',
  environments: ['staging'],
  profiles: [gameplay],
});

describe('defineProfile', () => {
  it.each([
    ['a name in capitals', { name: 'Gameplay' }, 'name must be lower case words'],
    ['a name that is too long', { name: 'a'.repeat(33) }, 'name'],
    ['no description', { description: '' }, 'description'],
    ['a schema that is none', { schema: { parse: () => 1 } }, 'schema must be a zod schema (zod 4)'],
    ['schema version 0', { schemaVersion: 0 }, 'schemaVersion'],
  ])('refuses %s', (_, change, message) => {
    const profile = { ...gameplay, ...change } as typeof gameplay;
    expect(() => defineProfile(profile)).toThrow(UsageError);
    expect(() => defineProfile(profile)).toThrow(message);
  });
});

describe('defineApplication', () => {
  it.each([
    ['a profile twice', { profiles: [gameplay, gameplay] }, 'must not name a profile twice'],
    ['an environment twice', { environments: ['staging', 'staging'] }, 'must not name an environment twice'],
    ['no environment', { environments: [] }, 'environments'],
  ])('refuses %s', (_, change, message) => {
    expect(() =>
      defineApplication<string, readonly string[], readonly Profile[]>({ ...application, ...change }),
    ).toThrow(message);
  });

  it('knows the names and types of its profiles', () => {
    const name: ProfileName<typeof application> = 'gameplay';
    // @ts-expect-error: there is no such profile
    const other: ProfileName<typeof application> = 'game-play';
    const value: ProfileValue<typeof application, 'gameplay'> = { coolDownMs: 1, bonus: 2 };
    // @ts-expect-error: a misspelt key is a compile error
    expect(value.coolDown).toBeUndefined();
    expect([name, other, value.bonus]).toEqual(['gameplay', 'game-play', 2]);
  });
});

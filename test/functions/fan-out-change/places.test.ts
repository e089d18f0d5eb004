import { describe, expect, it } from 'vitest';
import { readHint } from '../../../functions/fan-out-change/hint.js';
import { createPlaces } from '../../../functions/places.js';
import { application, directory, notification, schedule } from './teller.js';

describe('a hint', () => {
  it('names the environment of a notification', () => {
    expect(readHint(notification('staging'))).toEqual({
      applicationId: 'app-id',
      environmentId: 'staging-id',
    });
  });

  it.each([schedule, {}, null, undefined, 'x', { Application: { Id: 1 } }])(
    'of %j means everything',
    (event) => {
      expect(readHint(event)).toBeUndefined();
    },
  );
});

describe('places', () => {
  const all = [
    { application: 'app', environment: 'staging' },
    { application: 'app', environment: 'production' },
  ];

  it('are listed once', async () => {
    let lists = 0;
    const counted = {
      ...directory,
      applications: () => {
        lists += 1;
        return directory.applications();
      },
    };
    const places = createPlaces(counted, [application]);
    await places.of(undefined);
    expect(await places.of({ applicationId: 'app-id', environmentId: 'production-id' })).toMatchObject([
      all[1],
    ]);
    expect(lists).toBe(1);
  });

  it('are listed again for an id that is not known, and are all of them then', async () => {
    let lists = 0;
    const counted = {
      ...directory,
      applications: () => {
        lists += 1;
        return directory.applications();
      },
    };
    const places = createPlaces(counted, [application]);
    expect(await places.of({ applicationId: 'app-id', environmentId: 'nonsense' })).toMatchObject(all);
    expect(lists).toBe(2);
  });

  it('leave out what is not deployed yet', async () => {
    const partly = { ...directory, environments: async () => new Map([['staging', 'staging-id']]) };
    expect(await createPlaces(partly, [application]).of(undefined)).toMatchObject([all[0]]);
    const none = { ...directory, applications: async () => new Map<string, string>() };
    expect(await createPlaces(none, [application]).of(undefined)).toEqual([]);
  });

  it('are listed again after a failure', async () => {
    let fails = true;
    const failing = {
      ...directory,
      applications: async () => {
        if (fails) throw new Error('throttled');
        return directory.applications();
      },
    };
    const places = createPlaces(failing, [application]);
    await expect(places.of(undefined)).rejects.toThrow('throttled');
    fails = false;
    expect(await places.of(undefined)).toMatchObject(all);
  });
});

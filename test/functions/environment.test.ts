import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { UsageError } from '../../core/errors.js';
import { defineApplication, defineProfile } from '../../core/profiles.js';
import { findApplication, findProfile } from '../../functions/deployed.js';
import { jsonList, jsonMap, readSettings } from '../../functions/environment.js';

describe('settings', () => {
  const schema = z.object({ NAME: z.string().min(1), IDS: jsonMap });

  it('are read from the environment, which may hold more', () => {
    const environment = { NAME: 'x', IDS: '{"gameplay":"abc1234"}', PATH: '/bin' };
    expect(readSettings(schema, environment)).toEqual({ NAME: 'x', IDS: { gameplay: 'abc1234' } });
  });

  it('may be a list', () => {
    const list = z.object({ CLUSTERS: jsonList });
    expect(readSettings(list, { CLUSTERS: '["app/staging"]' })).toEqual({ CLUSTERS: ['app/staging'] });
    for (const CLUSTERS of ['app/staging', '{}', '[1]']) {
      expect(() => readSettings(list, { CLUSTERS })).toThrow('CLUSTERS: expected a JSON list of text');
    }
  });

  it('that are missing or malformed are named, all of them', () => {
    const read = () => readSettings(schema, { IDS: '{"gameplay":1}' });
    expect(read).toThrow(UsageError);
    expect(read).toThrow(/NAME: .*; IDS: expected a JSON map of text to text/);
  });

  it('that are no JSON are named', () => {
    expect(() => readSettings(schema, { NAME: 'x', IDS: 'abc1234' })).toThrow('IDS: expected a JSON map');
  });
});

describe('what a bundle was deployed with', () => {
  const gameplay = defineProfile({
    name: 'gameplay',
    description: 'x',
    schema: z.object({}),
    schemaVersion: 1,
  });
  const app = defineApplication({ name: 'app', environments: ['staging'], profiles: [gameplay] });

  it('is found by name', () => {
    expect(findApplication([app], 'app')).toBe(app);
    expect(findProfile([app], 'app', 'gameplay')).toBe(gameplay);
  });

  it('is listed for a name that is not among it', () => {
    expect(() => findApplication([app], 'other')).toThrow('know no application "other"; they know: app');
    expect(() => findProfile([app], 'app', 'limits')).toThrow(
      'know no profile "limits" of app; they know: gameplay',
    );
  });
});

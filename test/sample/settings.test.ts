import { describe, expect, it } from 'vitest';
import { readSettings } from '../../sample/settings.js';

const needed = { NODE_NAME: 'a', ENVIRONMENT: 'staging' };

function messageOf(environment: Record<string, string>, args: readonly string[] = []): string {
  try {
    readSettings(environment, args);
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : '';
  }
  return 'no error';
}

describe('the settings', () => {
  it('have defaults for all but the name and the environment', () => {
    expect(readSettings(needed, [])).toEqual({
      NODE_NAME: 'a',
      ENVIRONMENT: 'staging',
      PORT: 0,
      HOST: '127.0.0.1',
      CAPACITY: 20,
      PLAYERS_PER_SECOND: 0,
      PLAYERS_SEED: 1,
    });
  });

  it('take numbers from text, and ignore variables of others', () => {
    const settings = readSettings(
      { ...needed, CAPACITY: '7', POLL_INTERVAL_SECONDS: '0.5', PATH: '/bin' },
      [],
    );
    expect(settings).toMatchObject({ CAPACITY: 7, POLL_INTERVAL_SECONDS: 0.5 });
    expect(settings).not.toHaveProperty('PATH');
  });

  it('take an option before the variable', () => {
    const settings = readSettings({ ...needed, PORT: '80' }, ['--port', '8080', '--node-name=b']);
    expect(settings).toMatchObject({ PORT: 8080, NODE_NAME: 'b' });
  });

  it('take an empty variable for one that is not set', () => {
    expect(readSettings({ ...needed, CAPACITY: '', ZONE: '' }, []).CAPACITY).toBe(20);
  });

  it('name each one that is missing', () => {
    const message = messageOf({});
    expect(message).toMatch(/^SettingsError: NODE_NAME \(--node-name\) is not set: /);
    expect(message).toMatch(/\nENVIRONMENT \(--environment\) is not set: .*"staging"\|"production"/);
  });

  it.each([
    ['PORT', '70000', /PORT \(--port\) cannot be read: .*<=65535/],
    ['CAPACITY', 'many', /CAPACITY \(--capacity\) cannot be read: .*expected number/],
    ['ENVIRONMENT', 'moon', /ENVIRONMENT \(--environment\) cannot be read: .*"staging"\|"production"/],
    [
      'POLL_INTERVAL_SECONDS',
      '0',
      /POLL_INTERVAL_SECONDS \(--poll-interval-seconds\) cannot be read: .*>=0.1/,
    ],
    ['NODE_NAME', 'a b', /NODE_NAME \(--node-name\) cannot be read: expected letters, digits and/],
  ])('refuse %s=%s', (name, value, message) => {
    expect(messageOf({ ...needed, [name]: value })).toMatch(message);
  });

  it('refuse an option nobody knows', () => {
    expect(messageOf(needed, ['--colour', 'red'])).toMatch(/^SettingsError: Unknown option '--colour'/);
  });
});

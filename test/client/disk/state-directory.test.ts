import { describe, expect, it } from 'vitest';
import {
  type StateDirectory,
  type StateFacts,
  stateDirectory,
} from '../../../client/disk/state-directory.js';

const facts: StateFacts = { environment: {}, home: '/home/anna', temporary: '/tmp', userId: 1000 };

describe('stateDirectory', () => {
  const cases: readonly [what: string, changes: Partial<StateFacts>, expected: StateDirectory][] = [
    [
      "systemd's before all others",
      { environment: { STATE_DIRECTORY: '/var/lib/game', XDG_STATE_HOME: '/state' } },
      { directory: '/var/lib/game' },
    ],
    [
      "the first of systemd's",
      { environment: { STATE_DIRECTORY: '/var/lib/game:/var/lib/other' } },
      { directory: '/var/lib/game' },
    ],
    [
      "a folder of the user's state",
      { environment: { STATE_DIRECTORY: '', XDG_STATE_HOME: '/state' } },
      { directory: '/state/veltrix' },
    ],
    [
      'no relative path',
      { environment: { STATE_DIRECTORY: 'game', XDG_STATE_HOME: 'state' } },
      { directory: '/home/anna/.local/state/veltrix' },
    ],
    ['a folder of the home directory', {}, { directory: '/home/anna/.local/state/veltrix' }],
    [
      "the user's own folder, held to be theirs, where everyone may write",
      { home: undefined },
      { directory: '/tmp/veltrix-1000', within: '/tmp/veltrix-1000' },
    ],
    [
      'a folder of a temporary directory that is their own',
      { home: undefined, userId: undefined },
      { directory: '/tmp/veltrix', within: '/tmp/veltrix' },
    ],
  ];
  it.each(cases)('is %s', (_what, changes, expected) => {
    expect(stateDirectory({ ...facts, ...changes })).toEqual(expected);
  });
});

import { describe, expect, it } from 'vitest';
import {
  ContentRefused,
  DeploymentInProgress,
  isVeltrixError,
  ServiceUnavailable,
  VersionConflict,
} from '../../core/errors.js';

describe('errors', () => {
  it('say what happened and what to do next', () => {
    const conflict = new VersionConflict({ address: 'a/b/c', expectedVersion: 2, deployedVersion: 3 });
    expect(conflict.message).toBe('a/b/c: version 3 is deployed, the request builds on version 2');
    expect(conflict.hint).toContain('--expect 3');
    expect(conflict.retryable).toBe(false);

    const busy = new DeploymentInProgress('a/b', {
      profile: 'c',
      deployment: 7,
      startedAt: '2026-01-01T00:00:00.000Z',
    });
    expect(busy.message).toBe(
      'a/b is busy: deployment 7 of c has been running since 2026-01-01T00:00:00.000Z',
    );
    expect(busy.retryable).toBe(true);
  });

  it('count what else is wrong', () => {
    const problems = [
      { path: 'a', message: 'is 1, expected text' },
      { path: 'b', message: 'is unknown' },
    ];
    expect(new ContentRefused('gameplay', problems).message).toBe(
      'gameplay was refused: a is 1, expected text (and 1 more)',
    );
  });

  it('are known across copies of the module', () => {
    const foreign = { [Symbol.for('veltrix.error')]: true };
    expect(isVeltrixError(foreign)).toBe(true);
    expect(isVeltrixError(new ServiceUnavailable('down', { hint: 'wait' }))).toBe(true);
    expect(isVeltrixError(new Error('other'))).toBe(false);
  });
});

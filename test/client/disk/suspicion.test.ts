import { describe, expect, it } from 'vitest';
import type { DiskCopy } from '../../../client/disk/disk-copy.js';
import { suspectedSinceMs } from '../../../client/disk/suspicion.js';

const copy = (storedAtMs: number, probation?: 'on probation'): DiskCopy => ({
  form: 1,
  address: 'hunt/staging/limits',
  node: 'n1',
  current: { label: 'v2-bbbbbbbb', text: '{}', storedAtMs, confirmedAtMs: storedAtMs },
  ...(probation && { probationSinceMs: storedAtMs }),
});

describe('the suspected version', () => {
  it('is the one on probation that was taken last', () => {
    expect(suspectedSinceMs([copy(10, 'on probation'), copy(30, 'on probation'), undefined])).toBe(30);
  });

  it('is none that needed no probation, though it was taken later', () => {
    expect(suspectedSinceMs([copy(10, 'on probation'), copy(30)])).toBe(10);
  });

  it('is none when none was on probation, and where nothing was kept', () => {
    expect(suspectedSinceMs([copy(10), copy(30)])).toBeUndefined();
    expect(suspectedSinceMs([undefined, undefined])).toBeUndefined();
    expect(suspectedSinceMs([])).toBeUndefined();
  });
});

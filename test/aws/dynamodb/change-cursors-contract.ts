/** What every ChangeCursors must do. */

import { expect, it } from 'vitest';
import type { ChangeCursors } from '../../../core/delivery/change-stream.js';

export function changeCursorsContract(make: () => Promise<ChangeCursors>): void {
  const address = 'app/staging/gameplay';

  it('gives the start, never written, for an address without a cursor', async () => {
    const cursors = await make();
    expect(await cursors.read(address)).toEqual({
      cursor: { address, settledThrough: 0, emitted: {} },
      revision: 0,
    });
  });

  it('gives back what was written, with a revision that grows by one', async () => {
    const cursors = await make();
    expect(await cursors.write({ address, settledThrough: 0, emitted: { '1': 2 } }, 0)).toBe('saved');
    expect(await cursors.write({ address, settledThrough: 3, emitted: { '4': 1, '12': 6 } }, 1)).toBe(
      'saved',
    );
    expect(await cursors.read(address)).toEqual({
      cursor: { address, settledThrough: 3, emitted: { '4': 1, '12': 6 } },
      revision: 2,
    });
  });

  it('refuses to write over a revision that is not the stored one, and keeps what is stored', async () => {
    const cursors = await make();
    await cursors.write({ address, settledThrough: 1, emitted: {} }, 0);
    expect(await cursors.write({ address, settledThrough: 9, emitted: {} }, 0)).toBe('lost');
    expect(await cursors.write({ address, settledThrough: 9, emitted: {} }, 2)).toBe('lost');
    expect((await cursors.read(address)).cursor.settledThrough).toBe(1);
  });

  it('refuses to write over a cursor that never was', async () => {
    const cursors = await make();
    expect(await cursors.write({ address, settledThrough: 9, emitted: {} }, 1)).toBe('lost');
    expect((await cursors.read(address)).revision).toBe(0);
  });

  it('lets exactly one of many writers win', async () => {
    const cursors = await make();
    const writers = Array.from({ length: 8 }, (_, settledThrough) =>
      cursors.write({ address, settledThrough, emitted: {} }, 0),
    );
    const results = await Promise.all(writers);
    expect(results.filter((result) => result === 'saved')).toHaveLength(1);
  });

  it('keeps addresses apart', async () => {
    const cursors = await make();
    await cursors.write({ address, settledThrough: 1, emitted: {} }, 0);
    expect((await cursors.read('app/staging/limits')).revision).toBe(0);
    expect((await cursors.read('app/staging')).revision).toBe(0);
  });
}

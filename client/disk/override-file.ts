/** The file of overrides, beside the files of last good values: `<directory>/<application>/<environment>/<node>/override.json`. */

import path from 'node:path';
import type { OverrideSource } from '../overrides/override-watch.js';
import { type CopyFilesDeps, readWhole, refuseForeign, unlessMissing } from './copy-files.js';

/** A few switches; not a second way to distribute configuration. */
const fileMaxBytes = 64 * 1024;

/** Taken only where nobody but the service's user (and root) can have written: it decides what the service does. */
export function overrideFile(where: Omit<CopyFilesDeps, 'random'>): OverrideSource {
  const place = path.join(where.directory, 'override.json');
  return {
    place,
    read: () =>
      unlessMissing(async () => {
        const text = await readWhole(place, fileMaxBytes);
        await refuseForeign(where);
        return text;
      }),
  };
}

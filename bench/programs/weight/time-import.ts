/** Imports `BEFORE`, where there is one, then `FILE`, and says how many milliseconds the latter took. */

import { pathToFileURL } from 'node:url';
import { sayAndExit } from '../say.js';

const { BEFORE, FILE } = process.env;
if (FILE === undefined) throw new Error('FILE is not set: expected the path of a module');
if (BEFORE !== undefined) await import(pathToFileURL(BEFORE).href);
const url = pathToFileURL(FILE).href;

const beganMs = performance.now();
await import(url);
sayAndExit({ ms: [performance.now() - beganMs] });

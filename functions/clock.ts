/** The functions' clock: the one place where they ask for the time. */

import { type Clock, epochMs } from '../core/time.js';

export const clock: Clock = () => epochMs(Date.now());

/** Milliseconds since this process began. */
export const upMs = (): number => performance.now();

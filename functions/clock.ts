/** The functions' clock: the one place where they ask for the time. */

import { type Clock, epochMs } from '../core/time.js';

export const clock: Clock = () => epochMs(Date.now());

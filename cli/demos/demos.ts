/** Every demo, by the name it is called by. A further one is a file beside, and a line here. */

import { badVersion } from './bad-version.js';
import type { Demo } from './demo.js';

export const demos = { 'bad-version': badVersion } as const satisfies Record<string, Demo>;

export type DemoName = keyof typeof demos;

export const demoNames = Object.keys(demos) as [DemoName, ...DemoName[]];

/**
 * Every verb with its arguments, options and examples: all that `--help` needs. What a verb does is loaded when it is
 * used, so that asking for help costs nothing.
 */

import { actingVerbs } from './verbs/act.js';
import { verbsHere } from './verbs/here.js';
import { seeingVerbs } from './verbs/see.js';
import type { Verb } from './verbs/verb.js';

export const verbs: readonly Verb[] = [...verbsHere, ...actingVerbs, ...seeingVerbs];

/** Options that every verb has. */
export const commonOptions: readonly (readonly [flags: string, about: string])[] = [
  ['--stage <name>', 'the stage to talk to (default: the one that holds the environment)'],
  ['--json', 'print data for programs'],
  ['--yes', 'never ask'],
];

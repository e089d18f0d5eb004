/** The door of `veltrix/config`: what the files of `config/` import, and the list of stages. */

export type { Application, Profile, ProfileName, ProfileValue } from '../core/profiles.js';
export { defineApplication, defineProfile } from '../core/profiles.js';
export { secretRef } from '../core/secrets/secret-ref.js';
export type { Secret } from '../core/secrets/secrets-in.js';
export { parseStages as defineStages, type Stage } from '../core/stages.js';

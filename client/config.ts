/** The door of `veltrix/config`: what the files of `config/` import. */

export type { Application, Profile, ProfileName, ProfileValue } from '../core/profiles.js';
export { defineApplication, defineProfile } from '../core/profiles.js';

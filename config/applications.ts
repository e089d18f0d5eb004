/** Every application whose configuration this repository distributes. A new one is a folder beside, and a line here. */

import { treasureHunt } from './treasure-hunt/application.js';

export const applications = [treasureHunt] as const;

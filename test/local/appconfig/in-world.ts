/** The set-up of most tests here: a world of their own, a place in it, and versions to deploy. */
import { beforeEach } from 'vitest';
import {
  addVersion,
  createPlace,
  type NewVersion,
  type Place,
  startWorld,
  type World,
  type WorldOptions,
} from './world.js';

export interface Here {
  readonly world: World;
  readonly place: Place;
}

/** Call it once, in the file's body: both are made anew for each test. Versions count from '1'. */
export function inWorld(...versions: readonly NewVersion[]): Here {
  const here = { world: {} as World, place: {} as Place };
  beforeEach(async () => {
    const { world, place } = await begin({}, ...versions);
    Object.assign(here.world, world);
    Object.assign(here.place, place);
  });
  return here;
}

/** The same for one test, with options. */
export async function begin(options: WorldOptions, ...versions: readonly NewVersion[]): Promise<Here> {
  const world = await startWorld(options);
  const place = await createPlace(world);
  for (const version of versions) await addVersion(world, place, version);
  return { world, place };
}

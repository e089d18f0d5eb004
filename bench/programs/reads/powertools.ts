/** Reads the same property with Powertools' provider, from its cache. */

import { AppConfigProvider } from '@aws-lambda-powertools/parameters/appconfig';
import * as z from 'zod';
import { sayAndExit } from '../say.js';
import { keep, timeReads } from './read-loop.js';

const options = { transform: 'json', maxAge: 3600 } as const;
const schema = z.object({ coolDownMs: z.number() });
type Gameplay = z.infer<typeof schema>;

const place = { application: 'treasure-hunt', environment: 'production' };
const providers = [new AppConfigProvider(place), new AppConfigProvider(place)];
// The cache gives the same object every time: what it is is checked once, outside the loop.
for (const provider of providers) schema.parse(await provider.get('gameplay', options));

async function readTimes(times: number): Promise<number> {
  let sum = 0;
  for (let index = 0; index < times; index++) {
    const value = (await providers[index & 1]?.get('gameplay', options)) as Gameplay | undefined;
    sum = keep(sum + (value?.coolDownMs ?? 0));
  }
  return sum;
}

sayAndExit(await timeReads({ timesPerSlice: 3_000, readTimes }));

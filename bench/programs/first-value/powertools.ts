/** The first value with Powertools, which asks AppConfig: milliseconds since the process began. */

import { AppConfigProvider } from '@aws-lambda-powertools/parameters/appconfig';
import { sayAndExit } from '../say.js';

const provider = new AppConfigProvider({ application: 'treasure-hunt', environment: 'production' });
const value = (await provider.get('gameplay', { transform: 'json' })) as { readonly coolDownMs?: number };
const ms = performance.now();
if (!value.coolDownMs) throw new Error('Powertools gave no value');
sayAndExit({ ms: [ms] });

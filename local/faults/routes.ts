/** `/_local/faults`: which services are sick, over the control door. */
import * as z from 'zod';
import { bodyOf, type ControlRoutes, json, parseAsked } from '../gateway/control.js';
import { serviceNames } from './errors.js';
import { type Faults, faultKinds } from './faults.js';

const services = z.array(z.enum(serviceNames)).min(1);
const dayMs = 86_400_000;

const beginSchema = z.strictObject({
  services,
  kind: z.enum(faultKinds),
  delayMs: z.number().min(0).max(600_000).optional(),
  strikes: z.enum(['all', 'outside']).optional(),
  forMs: z.number().positive().max(dayMs).optional(),
});

const endSchema = z.object({
  services: z
    .string()
    .transform((text) => text.split(','))
    .pipe(services)
    .optional(),
});

/**
 * - `GET /_local/faults` → `{faults}`
 * - `POST /_local/faults` `{services, kind, delayMs?, strikes?, forMs?}` → `{faults}`, all that stand now
 * - `DELETE /_local/faults?services=kinesis,dynamodb` → `{ended}`; without services, all
 */
export function faultRoutes(faults: Faults): ControlRoutes {
  return {
    'GET /_local/faults': () => json(200, { faults: faults.list() }),
    'POST /_local/faults': (request) =>
      json(200, { faults: faults.begin(parseAsked(beginSchema, bodyOf(request))) }),
    'DELETE /_local/faults': (request) => {
      const asked = parseAsked(endSchema, Object.fromEntries(request.query));
      return json(200, { ended: faults.end(asked.services) });
    },
  };
}

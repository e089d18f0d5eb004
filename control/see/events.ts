/** Change events as consumers receive them, narrowed to an address. */

import type { Address } from '../../core/addresses.js';
import type { ChangeEvent } from '../../core/delivery/change-events.js';
import { clustersOf, profilesOf } from '../addressing.js';
import type { Cloud } from '../cloud.js';

export interface EventsQuestion {
  readonly address: Address;
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

/** Each event once, in the order of the stream. @throws UsageError for a name that does not exist. */
export async function* events(cloud: Cloud, question: EventsQuestion): AsyncGenerator<ChangeEvent> {
  const { address, ...reading } = question;
  if (address.application !== undefined) {
    for (const open of await clustersOf(cloud, address)) profilesOf(open, address);
  }
  const seen = new Set<string>();
  for await (const { event } of cloud.changes(reading)) {
    if (seen.has(event.id) || !isWithin(event, address)) continue;
    seen.add(event.id);
    yield event;
  }
}

function isWithin({ data }: ChangeEvent, { application, environment, profile, version }: Address): boolean {
  return (
    (application === undefined || data.application === application) &&
    (environment === undefined || data.environment === environment) &&
    (profile === undefined || data.profile === profile) &&
    (version === undefined || data.version === version)
  );
}

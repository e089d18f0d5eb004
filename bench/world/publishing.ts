/** Publishes through the gate of an environment, as anybody would. */

import { setTimeout } from 'node:timers/promises';
import { type PublishResult, publishResultSchema } from '../../core/delivery/publishing.js';
import { defaultStage, publishFunction } from '../../core/names.js';
import type { LocalAws } from '../../local/index.js';
import { contentOf } from './content.js';

export interface Place {
  readonly environment: 'staging' | 'production';
  readonly profile: 'gameplay' | 'limits';
}

export type Accepted = Extract<PublishResult, { outcome: 'accepted' }>;

/** The name of the function that publishes to an environment of the sample. */
export const gateOf = (environment: Place['environment']): string =>
  publishFunction(defaultStage, { application: 'treasure-hunt', environment });

/** A rollout that reaches everybody at once still asks its guard before it ends. */
const [busyWaitsMs, busyAttemptsMax] = [100, 200];

/** Publishes with strategy `immediate`, after what runs there. @throws Error with the answer when it is not accepted. */
export async function publishTo(
  aws: LocalAws,
  { environment, profile }: Place,
  content: unknown,
): Promise<Accepted> {
  const request = { profile, content, description: 'measured', author: 'bench', strategy: 'immediate' };
  for (let attempt = 1; ; attempt++) {
    const { Payload } = await aws.call<{ Payload: Uint8Array }>('lambda', 'Invoke', {
      FunctionName: gateOf(environment),
      Payload: JSON.stringify(request),
    });
    const answer = Buffer.from(Payload).toString();
    const result = publishResultSchema.safeParse(JSON.parse(answer));
    if (result.success && result.data.outcome === 'accepted') return result.data;
    const isBusy = result.success && result.data.outcome === 'deployment-in-progress';
    if (!isBusy || attempt === busyAttemptsMax) {
      throw new Error(`${environment}/${profile} was not published: ${answer}`);
    }
    await setTimeout(busyWaitsMs);
  }
}

/** Publishes the sample's own values, which gives nodes of that environment something to start with. */
export async function publishSample(aws: LocalAws, environment: Place['environment']): Promise<void> {
  for (const profile of ['gameplay', 'limits'] as const) {
    await publishTo(aws, { environment, profile }, await contentOf(profile));
  }
}

/** A node whose values name secrets, with the place where they are kept, on one virtual clock. */

import { inspect } from 'node:util';
import * as z from 'zod';
import { connectWith } from '../../../client/connect.js';
import type { ConnectOptions } from '../../../client/options.js';
import { defineApplication, defineProfile } from '../../../core/profiles.js';
import { secretRef } from '../../../core/secrets/secret-ref.js';
import type { SecretAnswer, SecretValues } from '../../../core/secrets/secret-values.js';
import { AppConfigTwin, DiskTwin, StreamTwin } from '../twins.js';
import { virtualClock } from '../virtual-clock.js';

const maps = defineProfile({
  name: 'maps',
  description: 'Where maps come from.',
  schemaVersion: 1,
  schema: z.object({
    url: z.string(),
    apiKey: secretRef('hunt/'),
    mail: z.object({ password: secretRef('hunt/') }).optional(),
  }),
  defaults: { url: 'https://maps.example', apiKey: 'secretsmanager:hunt/default' },
});
const limits = defineProfile({
  name: 'limits',
  description: 'How much a node takes on.',
  schemaVersion: 1,
  schema: z.object({ queueSize: z.int() }),
});
const hunt = defineApplication({ name: 'hunt', environments: ['staging'], profiles: [maps, limits] });

/** Keeps texts by name; what a test says of it, it does. */
export class SecretsTwin implements SecretValues {
  readonly texts = new Map<string, string>();
  readonly reads: string[] = [];
  /** What every read answers instead, while set. */
  failure: Exclude<SecretAnswer, { kind: 'text' }> | undefined;
  behaviour: 'answers' | 'hangs' | 'rejects' = 'answers';
  closed = false;

  async read(name: string): Promise<SecretAnswer> {
    this.reads.push(name);
    if (this.behaviour === 'hangs') return new Promise(() => undefined);
    if (this.behaviour === 'rejects') throw new Error('socket hang up');
    const text = this.texts.get(name);
    if (this.failure) return this.failure;
    return text === undefined
      ? { kind: 'not-found', reason: "ResourceNotFoundException: can't find it" }
      : { kind: 'text', text };
  }

  close(): void {
    this.closed = true;
  }
}

export function createWorld() {
  const clock = virtualClock();
  const appConfig = new AppConfigTwin(clock);
  const stream = new StreamTwin(clock);
  const disk = new DiskTwin();
  const secrets = new SecretsTwin();
  const logged: string[] = [];
  secrets.texts.set('hunt/map', '{"key":"sk_live_1","region":"eu"}');
  appConfig.deploy(
    'maps',
    { url: 'https://a.example', apiKey: 'secretsmanager:hunt/map#key' },
    'v1-aaaaaaaa',
  );
  appConfig.deploy('limits', { queueSize: 10 }, 'v1-bbbbbbbb');
  const connect = async (options: Partial<ConnectOptions<typeof hunt>> = {}) => {
    const starting = connectWith(
      hunt,
      {
        environment: 'staging',
        node: 'n1',
        log: (...line) => logged.push(inspect(line, { depth: 9 })),
        ...options,
      },
      { clock, random: () => 0.5, sessions: appConfig, reports: stream, hostName: 'host', disk, secrets },
    );
    starting.catch(() => undefined);
    await untilIdle(clock);
    return starting;
  };
  return { clock, appConfig, stream, disk, secrets, logged, connect };
}

/** What is loaded when it is first needed takes a moment of real time; the clock stands still meanwhile. */
export async function untilIdle(clock: { settle(): Promise<void> }): Promise<void> {
  await import('../../../client/secrets/secret-keeper.js');
  await import('../../../client/overrides/desk.js');
  for (let turn = 0; turn < 10; turn++) await clock.settle();
}

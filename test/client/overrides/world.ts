/** A node with a file of overrides beside it, on a virtual clock. */

import * as z from 'zod';
import { connectWith } from '../../../client/connect.js';
import type { ConnectOptions } from '../../../client/options.js';
import { defineApplication, defineProfile } from '../../../core/profiles.js';
import { secretRef } from '../../../core/secrets/secret-ref.js';
import { SecretsTwin, untilIdle } from '../secrets/world.js';
import { AppConfigTwin, DiskTwin, StreamTwin } from '../twins.js';
import { virtualClock } from '../virtual-clock.js';

const gameplay = defineProfile({
  name: 'gameplay',
  description: 'How a hunt plays.',
  schemaVersion: 1,
  schema: z
    .object({
      features: z.object({ hints: z.boolean(), teasers: z.boolean() }),
      coolDownMs: z.int().min(0).max(60_000),
      tags: z.array(z.string()).default([]),
      rates: z.record(z.string(), z.int()).optional(),
      key: secretRef('hunt/').optional(),
    })
    .refine(({ features, coolDownMs }) => features.hints || coolDownMs < 5000, {
      path: ['coolDownMs'],
      error: 'must be below 5000 without hints',
    }),
  defaults: { features: { hints: true, teasers: true }, coolDownMs: 100 },
});
const limits = defineProfile({
  name: 'limits',
  description: 'How much a node takes on.',
  schemaVersion: 1,
  schema: z.object({ queueSize: z.int().min(1) }),
});
const hunt = defineApplication({ name: 'hunt', environments: ['staging'], profiles: [gameplay, limits] });

export const value = { features: { hints: true, teasers: true }, coolDownMs: 800 };
/** The world begins at midnight. */
export const until = '2026-01-01T02:00:00Z';
export const reason = 'INC-7: hints overload the database';
export const file = (profiles: unknown, about: object = {}) =>
  JSON.stringify({ until, reason, profiles, ...about });
/** What is put over `rates`: `{"a":{"a":1}}`. */
export const nested = (levels: number) =>
  file({ gameplay: { rates: 0 } }).replace('0}', `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`);
export const longUntil = `2026-01-01T02:00:00.${'0'.repeat(300)}Z`;
export const noHints = file({ gameplay: { features: { hints: false } } });

/** A file that a person writes; it lies there when the node has gone, too. */
class FileTwin {
  readonly place = '/state/override.json';
  text: string | undefined;
  behaviour: 'works' | 'fails' | 'hangs' = 'works';
  /** Reads that hang: each ends when it is told to. */
  readonly hanging: (() => void)[] = [];

  async read() {
    if (this.behaviour === 'hangs') await new Promise<void>((resolve) => this.hanging.push(resolve));
    if (this.behaviour === 'fails') throw new Error('EACCES: permission denied');
    return this.text;
  }
}

export function createWorld() {
  const clock = virtualClock();
  const appConfig = new AppConfigTwin(clock);
  const stream = new StreamTwin(clock);
  const disk = new DiskTwin();
  const secrets = new SecretsTwin();
  const overrides = new FileTwin();
  const logged: string[] = [];
  appConfig.deploy('gameplay', value, 'v1-aaaaaaaa');
  appConfig.deploy('limits', { queueSize: 10 }, 'v1-bbbbbbbb');
  const outside = { clock, random: () => 0.5, sessions: appConfig, reports: stream, hostName: 'host' };
  const connect = async (options: Partial<ConnectOptions<typeof hunt>> = {}) => {
    const log = (level: string, message: string) => void logged.push(`${level} ${message}`);
    const starting = connectWith(
      hunt,
      { environment: 'staging', node: 'n1', log, ...options },
      { ...outside, disk, secrets, overrides },
    );
    await untilIdle(clock);
    return starting;
  };
  const advance = async (durationMs: number) => {
    await clock.advance(durationMs);
    await untilIdle(clock);
  };
  /** Writes the file, and waits until the node has looked at it. */
  const write = async (text: string | undefined) => {
    overrides.text = text;
    await advance(5_000);
  };
  return { clock, appConfig, stream, disk, secrets, overrides, logged, connect, advance, write };
}

export const hoursMs = 60 * 60_000;

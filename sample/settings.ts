/** What a process of the sample is told when it starts: by variables of its environment, or by options of its command. */

import { parseArgs } from 'node:util';
import * as z from 'zod';
import { treasureHunt } from '../config/treasure-hunt/application.js';

const settingsSchema = z.object({
  /** Names the node in its cluster. */
  NODE_NAME: z.string().regex(/^[A-Za-z0-9][\w.:-]{0,127}$/, 'expected letters, digits and ._:-'),
  ENVIRONMENT: z.enum(treasureHunt.environments),
  /** 0 takes any free one. */
  PORT: z.coerce.number().pipe(z.int().min(0).max(65_535)).default(0),
  /** Where others reach this process; the port is added. */
  HOST: z.string().min(1).default('127.0.0.1'),
  /** Attempts judged at once. */
  CAPACITY: z.coerce.number().pipe(z.int().min(1).max(10_000)).default(20),
  ZONE: z.string().min(1).max(64).optional(),
  POLL_INTERVAL_SECONDS: z.coerce.number().pipe(z.number().min(0.1).max(86_400)).optional(),
  REPORT_INTERVAL_SECONDS: z.coerce.number().pipe(z.number().min(0.1).max(3_600)).optional(),
  /** Where last good configuration is kept. */
  DATA_DIRECTORY: z.string().min(1).optional(),
  /** The deployment of Veltrix to report to. */
  STAGE: z.string().min(1).optional(),
  /** Attempts per second that simulated players make, on average; 0: there are none. */
  PLAYERS_PER_SECOND: z.coerce.number().pipe(z.number().min(0).max(500)).default(0),
  /** The same seed makes the same players. */
  PLAYERS_SEED: z.coerce.number().pipe(z.int().min(0)).default(1),
});
export type Settings = z.output<typeof settingsSchema>;

/** Settings that cannot be read. The message has a line per setting. */
class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * Reads settings; an option (`--node-name a`) counts before the variable (`NODE_NAME=a`).
 * @throws SettingsError that names each setting and what it must be.
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): Settings {
  const given = Object.entries({ ...environment, ...readOptions(args) }).filter(([, value]) => value !== '');
  const parsed = settingsSchema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const isGiven = (name: string) => given.some(([key]) => key === name);
  const lines = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0]);
    return `${name} (--${optionOf(name)}) ${isGiven(name) ? 'cannot be read' : 'is not set'}: ${message}`;
  });
  throw new SettingsError(lines.join('\n'));
}

function readOptions(args: readonly string[]): Record<string, string> {
  const names = Object.keys(settingsSchema.shape);
  const options = Object.fromEntries(names.map((name) => [optionOf(name), { type: 'string' } as const]));
  try {
    const { values } = parseArgs({ args: [...args], options });
    return Object.fromEntries(
      names.flatMap((name) => {
        const value = values[optionOf(name)];
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    );
  } catch (error) {
    throw new SettingsError(error instanceof Error ? error.message : String(error));
  }
}

const optionOf = (name: string): string => name.toLowerCase().replaceAll('_', '-');

/** What a service may choose when it connects. */

import * as z from 'zod';
import { nameMaxChars, namePattern } from '../core/addresses.js';
import { UsageError } from '../core/errors.js';
import { defaultStage } from '../core/names.js';
import type { Application } from '../core/profiles.js';

/** AppConfig: `RequiredMinimumPollIntervalInSeconds` is 15 to 86,400. */
export const requiredIntervalMinSeconds = 15;
const requiredIntervalMaxSeconds = 86_400;
/** Below this a node asks more often than a change can be of use. */
const pollIntervalMinSeconds = 0.1;

/** Told what happens behind the scenes. It may throw: nothing comes of it. */
export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void;

export interface ConnectOptions<App extends Application = Application> {
  readonly environment: App['environments'][number];
  /**
   * Names the node in its cluster; two processes of one name are told apart only by an alarm, and a node finds its files
   * by it after a restart. Letters, digits and `._:-`, at most 128. Default: the host's name, with the endpoint's port.
   */
  readonly node?: string | undefined;
  /** Where other nodes and clients reach it: `http://10.0.0.7:8080`. */
  readonly endpoint?: string | undefined;
  /** Work units the node can do at once; what its load is measured against, and as many as `serve` begins. Default 100. */
  readonly capacity?: number | undefined;
  /** Work units that may wait for `serve`, before it sheds. Default: as many as the node does in a second as measured, at least 16. */
  readonly queueMax?: number | undefined;
  /**
   * How reports name the keys that bring most of the work. Keys may be personal data, and reports are read by operators: `hashed`
   * (the default) names the MurmurHash3 of a key, by which only who knows a key finds it; `plain` the key itself, its first 64
   * characters; `false` names none.
   */
  readonly hotKeys?: 'plain' | 'hashed' | false | undefined;
  /** At most 16 of them: zone, serviceVersion, cohort, … */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** The deployment of Veltrix to report to. Default `main`. */
  readonly stage?: string | undefined;
  /**
   * What to do when neither AppConfig nor the disk has a value: `fail` (the default: `connect` rejects) or start with the
   * profile's own `defaults`, where it has them.
   */
  readonly onMissing?: 'fail' | 'defaults' | undefined;
  /**
   * Where last good values are kept; `false` keeps none. Default: the first of `$STATE_DIRECTORY` (systemd), else
   * `$XDG_STATE_HOME/veltrix`, else `~/.local/state/veltrix`, else, where the home directory cannot be written to,
   * `veltrix-<uid>` in the system's temporary directory. The node's own directory in it must be the user's alone:
   * otherwise it is not used, and `status().diskError` says why.
   */
  readonly directory?: string | false | undefined;
  readonly poll?:
    | {
        /**
         * From 15 to 86,400 AppConfig itself holds the node to it; below 15 the node polls early, which AppConfig admits.
         * Default: the interval AppConfig asks for (60 unless it says otherwise).
         */
        readonly intervalSeconds?: number | undefined;
      }
    | undefined;
  /** Secrets that values name are read anew this often, from 1 to 86,400 seconds. Default 300. */
  readonly secrets?: { readonly intervalSeconds?: number | undefined } | undefined;
  /** `false` reports nothing. */
  readonly report?: { /** Default 5. */ readonly intervalSeconds?: number | undefined } | false | undefined;
  /** Work that takes longer counts as slow, for profiles whose `guard` names no `latencyObjectiveMs`. Default 1000. */
  readonly slowAfterMs?: number | undefined;
  /**
   * How long `connect` waits for AppConfig. Default 5000. When the disk holds a value of every profile it does not wait at
   * all: it starts from them and goes on in the background.
   */
  readonly startTimeoutMs?: number | undefined;
  readonly log?: Log | undefined;
}

/** Made when it is needed: importing the client should cost a service next to nothing. */
function optionsSchema() {
  const positive = z.number().positive();
  const text = z.string().min(1).max(256);
  return z.strictObject({
    environment: z.string(),
    node: z
      .string()
      .regex(
        /^[A-Za-z0-9][\w.:-]{0,127}$/,
        'must be letters, digits and ._:- (at most 128), beginning with one of the first two',
      )
      .optional(),
    endpoint: text.optional(),
    capacity: positive.default(100),
    queueMax: z.int().min(0).optional(),
    hotKeys: z
      .union([z.enum(['plain', 'hashed']), z.literal(false)], "must be 'plain', 'hashed' or false")
      .default('hashed'),
    labels: z
      .record(text, text)
      .refine((labels) => Object.keys(labels).length <= 16, 'must hold at most 16 labels')
      .default({}),
    stage: z.string().regex(namePattern).max(nameMaxChars).default(defaultStage),
    onMissing: z.enum(['fail', 'defaults']).default('fail'),
    directory: z.union([z.string().min(1), z.literal(false)], 'must be a path, or false').optional(),
    poll: z
      .strictObject({
        intervalSeconds: z.number().min(pollIntervalMinSeconds).max(requiredIntervalMaxSeconds).optional(),
      })
      .default({}),
    secrets: z
      .strictObject({ intervalSeconds: z.number().min(1).max(86_400).default(300) })
      .default({ intervalSeconds: 300 }),
    report: z
      .union(
        [z.literal(false), z.strictObject({ intervalSeconds: z.number().min(0.1).max(3600).default(5) })],
        'must be false, or { intervalSeconds } from 0.1 to 3600',
      )
      .default({ intervalSeconds: 5 }),
    slowAfterMs: positive.default(1000),
    startTimeoutMs: z.number().min(0).max(600_000).default(5000),
    log: z.custom<Log>((value) => typeof value === 'function', 'must be a function').optional(),
  });
}

/** Options with every default filled in. */
export type Settings = z.output<ReturnType<typeof optionsSchema>>;

/** @throws UsageError that names the option and what it must be. */
export function readOptions(application: Application, options: ConnectOptions): Settings {
  const parsed = optionsSchema().safeParse(options);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new UsageError(`connect: ${issue?.path.join('.') || 'options'}: ${issue?.message}`, {
      hint: 'Correct the options that are given to connect(application, options).',
      cause: parsed.error,
    });
  }
  if (!application.environments.includes(parsed.data.environment)) {
    throw new UsageError(`connect: ${application.name} has no environment "${parsed.data.environment}"`, {
      hint: `Use one of ${application.environments.join(', ')}, or add it in config/${application.name}/application.ts.`,
    });
  }
  return parsed.data;
}

/** The node's name: the one that was chosen, else the host's, with the endpoint's port where there is one. */
export function nodeNameOf(settings: Pick<Settings, 'node' | 'endpoint'>, hostName: string): string {
  if (settings.node !== undefined) return settings.node;
  const host = hostName.replace(/[^\w.:-]/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'node';
  const port = /:(\d{1,5})(?:\/|$)/.exec(settings.endpoint ?? '')?.[1];
  return port === undefined ? host.slice(0, 128) : `${host.slice(0, 120)}-${port}`;
}

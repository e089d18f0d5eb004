/**
 * A node of any application, for `veltrix dev` in a project that has no program of its own: it holds what it is given, reports, and
 * serves work that comes to nothing. Says in a line of JSON what changes, as the Treasure Hunt's node does.
 */

import { setTimeout as after } from 'node:timers/promises';
import { createJiti } from 'jiti';
import * as z from 'zod';
import { connect, isVeltrixError, type Node, type ProfileState } from '../client/index.js';
import { watchParent } from './parent.js';
import { seededRandom } from './random.js';
import { arrivals } from './simulated-players.js';

type Application = Parameters<typeof connect>[0];

const settingsSchema = z.object({
  /** Path of the file that defines the application. */
  APPLICATION_FILE: z.string().min(1),
  NODE_NAME: z.string().min(1),
  ENVIRONMENT: z.string().min(1),
  CAPACITY: z.coerce.number().pipe(z.int().min(1)),
  POLL_INTERVAL_SECONDS: z.coerce.number().positive(),
  REPORT_INTERVAL_SECONDS: z.coerce.number().positive(),
  DATA_DIRECTORY: z.string().min(1),
  STAGE: z.string().min(1),
  /** Pieces of work a second, on average. */
  PLAYERS_PER_SECOND: z.coerce.number().min(0),
  PLAYERS_SEED: z.coerce.number().pipe(z.int().min(0)),
});
type Settings = z.output<typeof settingsSchema>;

const tickMs = 200;
/** What a piece of work takes, on average. */
const workMs = 40;

try {
  await run(settingsSchema.parse(process.env));
  process.exit(0);
} catch (error) {
  const text = isVeltrixError(error) ? `${error.message}\n${error.hint}` : String(error);
  process.stderr.write(`cannot start: ${text}\n`);
  process.exit(1);
}

async function run(settings: Settings): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
    watchParent(resolve);
    process.stdout.on('error', () => resolve());
  });
  const application = await loadApplication(settings.APPLICATION_FILE);
  const node = await connect(application, {
    environment: settings.ENVIRONMENT,
    node: settings.NODE_NAME,
    endpoint: `http://127.0.0.1/${settings.NODE_NAME}`, // nobody calls it: its work is its own
    capacity: settings.CAPACITY,
    stage: settings.STAGE,
    directory: settings.DATA_DIRECTORY,
    poll: { intervalSeconds: settings.POLL_INTERVAL_SECONDS },
    report: { intervalSeconds: settings.REPORT_INTERVAL_SECONDS },
  });
  sayChanges(node);
  const dismiss = startWork(node, settings);
  say({ event: 'ready', node: node.name });
  await stopped;
  dismiss();
  await node.drain({ timeoutMs: 5_000 });
  await node.close();
}

async function loadApplication(file: string): Promise<Application> {
  const exported = await createJiti(import.meta.url, { interopDefault: false }).import<object>(file);
  const found = Object.values(exported).find((value) => typeof value === 'object' && 'profiles' in value);
  if (found === undefined) throw new Error(`${file} exports no application`);
  return found;
}

interface Followed {
  state(): ProfileState;
  onChange(listener: (change: { readonly label?: string | undefined }) => void): unknown;
}

/** A line for the version each profile starts with, and one for each that follows. */
function sayChanges(node: Node<Application>): void {
  for (const [profile, config] of Object.entries<Followed>(node.config)) {
    let previous: string | undefined;
    const sayLabel = (label: string | undefined) => {
      say({ event: 'config', profile, label: label ?? null, previous: previous ?? null });
      previous = label;
    };
    sayLabel(config.state().label);
    config.onChange(({ label }) => sayLabel(label));
  }
}

function startWork(node: Node<Application>, settings: Settings): () => void {
  const random = seededRandom(settings.PLAYERS_SEED);
  let elapsedMs = random() * 60_000;
  let due = 0;
  const timer = setInterval(() => {
    elapsedMs += tickMs;
    due += arrivals(settings.PLAYERS_PER_SECOND, elapsedMs);
    for (; due >= 1; due -= 1) node.measure(() => after(random() * 2 * workMs)).catch(() => undefined);
  }, tickMs);
  return () => clearInterval(timer);
}

function say(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

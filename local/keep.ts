/**
 * State kept between runs (`--keep DIR`): one JSON file for each service, written beside and renamed, so that a file is always
 * whole. A file that cannot be read stops the start: silently beginning empty would look like data loss later.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Json } from './kernel/aws.js';
import type { Clock } from './kernel/clock.js';
import type { LogLines } from './log-lines.js';

/** How often state is saved: about this much is lost when the process is killed. */
const saveEveryMs = 2000;

/** Saving blocks everything else while it serializes, so large states are saved less often: a fiftieth of the time. */
const restPerSaving = 50;

/** Of the files' layout, not of a service's state. */
const formatVersion = 1;

const fileSchema = z.object({
  format: z.literal(formatVersion),
  service: z.string(),
  state: z.record(z.string(), z.unknown()),
});

/** What has a state to keep: most services. One without `snapshot` keeps files of its own, or nothing. */
interface Stateful {
  /** Names its file: `<name>.json`. */
  readonly name: string;
  snapshot?(): Json;
  restore?(state: Json): void;
}

export interface KeepOptions {
  readonly directory: string;
  readonly parts: readonly Stateful[];
  readonly clock: Clock;
  /** Told when a regular save fails; the next one is tried all the same. */
  readonly logs: LogLines;
}

export interface Keeper {
  /** Stops saving regularly, after a last save. Throws when that one fails. */
  close(): Promise<void>;
}

/** Creates the directory, gives every part its kept state back and starts saving. Throws for an unreadable file. */
export async function startKeeping(options: KeepOptions): Promise<Keeper> {
  const { directory, parts } = options;
  await mkdir(directory, { recursive: true });
  const kept = parts.filter((part) => part.snapshot && part.restore);
  const texts = await Promise.all(kept.map((part) => readIfThere(fileOf(directory, part))));
  // All in one turn: a service that resumes work in the next one finds the others restored.
  for (const [index, part] of kept.entries()) restore(directory, part, texts[index]);
  const saver = new Saver(directory, kept);
  const stop = saveRegularly(saver, options);
  return {
    close: async () => {
      stop();
      await saver.save();
    },
  };
}

function restore(directory: string, part: Stateful, text: string | undefined): void {
  if (text === undefined) return;
  try {
    part.restore?.(fileSchema.parse(JSON.parse(text)).state);
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new Error(
      `Cannot read the kept state ${fileOf(directory, part)}: ${reason}\n` +
        `Move the file away to start without the ${part.name} state.`,
      { cause },
    );
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function fileOf(directory: string, part: Stateful): string {
  return join(directory, `${part.name}.json`);
}

/** Writes what changed since the last save, one save at a time. */
class Saver {
  private readonly saved = new Map<string, string>();
  private last: Promise<void> = Promise.resolve();
  private readonly directory: string;
  private readonly parts: readonly Stateful[];

  constructor(directory: string, parts: readonly Stateful[]) {
    this.directory = directory;
    this.parts = parts;
  }

  /** Serializes every part in this very turn, so that the files fit each other; then writes what changed. */
  save(): Promise<void> {
    const texts = this.parts.map((part) => [part.name, serialize(part)] as const);
    const next = this.last.catch(() => undefined).then(() => this.write(texts));
    this.last = next;
    return next;
  }

  private async write(texts: readonly (readonly [string, string])[]): Promise<void> {
    for (const [name, text] of texts) {
      if (this.saved.get(name) === text) continue;
      await writeWhole(join(this.directory, `${name}.json`), text);
      this.saved.set(name, text);
    }
  }
}

function serialize(part: Stateful): string {
  const state: Json = part.snapshot?.() ?? {};
  return JSON.stringify({ format: formatVersion, service: part.name, state });
}

async function writeWhole(path: string, text: string): Promise<void> {
  const beside = `${path}.writing`;
  await writeFile(beside, text);
  await rename(beside, path);
}

function saveRegularly(saver: Saver, { clock, directory, logs }: KeepOptions): () => void {
  let cancel: () => void = () => undefined;
  const arm = (delayMs: number) => {
    cancel = clock.after(delayMs, () => {
      const startedMs = performance.now();
      saver.save().catch((error: unknown) => {
        logs.note(`Cannot save state in ${directory}: ${String(error)}`);
      });
      const blockedMs = performance.now() - startedMs;
      arm(Math.max(saveEveryMs, blockedMs * restPerSaving));
    });
  };
  arm(saveEveryMs);
  return () => cancel();
}

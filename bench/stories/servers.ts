/** The processes of a story: each a program of its own, bundled, with a door on this machine. */

import * as z from 'zod';
import { bundle } from '../machinery/bundles.js';
import { withCompanion } from '../machinery/companion.js';

const portSchema = z.object({ port: z.int() });
const usageSchema = z.object({ cpuMs: z.number(), residentMb: z.number(), heapMb: z.number() });
export type Usage = z.infer<typeof usageSchema>;

export interface ServerProgram {
  /** In `programs/`, without its ending. */
  readonly name: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
}

export interface Server {
  readonly port: number;
  /** What it has used since it began. */
  usage(): Promise<Usage>;
  /** Asks it something that it answers in JSON. @throws Error with its answer when it refuses. */
  ask(path: string): Promise<unknown>;
}

/** Bundles programs, each once. */
export class ProgramFiles {
  readonly #directory: string;
  readonly #files = new Map<string, Promise<string>>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  file(name: string): Promise<string> {
    const bundling = this.#files.get(name) ?? this.#bundle(name);
    this.#files.set(name, bundling);
    return bundling;
  }

  async #bundle(name: string): Promise<string> {
    return (await bundle(new URL(`programs/${name}.ts`, import.meta.url), this.#directory)).file;
  }
}

/** Runs programs, all at once, for as long as `work` takes; servers come in the order of the programs. */
export async function withServers<Result>(
  files: ProgramFiles,
  programs: readonly ServerProgram[],
  work: (servers: readonly Server[]) => Promise<Result>,
): Promise<Result> {
  const [first, ...others] = programs;
  if (!first) return work([]);
  const { environment = {}, nodeOptions = [] } = first;
  const program = { file: await files.file(first.name), environment, nodeOptions };
  return withCompanion(program, ({ lines }) =>
    withServers(files, others, async (servers) => {
      const { port } = portSchema.parse((await lines.next()).value);
      return work([serverAt(port), ...servers]);
    }),
  );
}

function serverAt(port: number): Server {
  const ask = async (path: string): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  return { port, ask, usage: async () => usageSchema.parse(await ask('/usage')) };
}

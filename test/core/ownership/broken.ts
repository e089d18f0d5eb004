/** The simulation over a copy of the rules in which some text is replaced: a guard taken out. */

import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { build } from 'esbuild';
import type { simulate } from '../../../bench/simulations/ownership/simulate.js';

export interface Break {
  /** From the root of the project. */
  readonly file: string;
  /** Must be there exactly once. */
  readonly guard: string;
  readonly instead: string;
}

const root = resolve(import.meta.dirname, '../../..');

/** A bundle of the simulation with the breaks in it. @throws Error when a guard is not in its file, as after it was rewritten. */
export async function broken(breaks: readonly Break[]): Promise<typeof simulate> {
  const found = new Set<Break>();
  const bundle = await build({
    entryPoints: [resolve(root, 'bench/simulations/ownership/simulate.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'silent',
    plugins: [
      {
        name: 'break',
        setup({ onLoad }) {
          onLoad({ filter: /ownership\/\w+\.ts$/ }, async ({ path }) => {
            let contents = await readFile(path, 'utf8');
            for (const each of breaks) {
              if (relative(root, path) !== each.file || contents.split(each.guard).length !== 2) continue;
              contents = contents.replace(each.guard, () => each.instead);
              found.add(each);
            }
            return { contents, loader: 'ts' };
          });
        },
      },
    ],
  });
  const missing = breaks.find((each) => !found.has(each));
  if (missing) throw new Error(`"${missing.guard}" is not in ${missing.file} exactly once`);
  const code = Buffer.from(bundle.outputFiles[0]?.contents ?? []).toString('base64');
  return (await import(`data:text/javascript;base64,${code}`)).simulate;
}

/** What a bundle's bytes are made of. */

import type { Metafile } from 'esbuild';
import type { Bundle } from './bundles.js';

/** Whose code it is. The AWS SDK comes with what it needs of others; `glue` is what the bundler adds. */
export type Origin = 'own' | 'zod' | 'powertools' | 'sdk' | 'glue';

/** Bytes, minified. */
export type Sizes = Readonly<Record<Origin | 'whole', number>>;

/** `eager` is what runs when the bundle is imported, `whole` also what is imported only when it is needed. */
export function sizesOf(bundle: Bundle, part: 'eager' | 'whole'): Sizes {
  const sizes = { own: 0, zod: 0, powertools: 0, sdk: 0, glue: 0, whole: 0 };
  for (const name of reach(bundle, part)) {
    const { bytes = 0, inputs = {} } = bundle.outputs[name] ?? {};
    sizes.whole += bytes;
    sizes.glue += bytes;
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      sizes[originOf(path)] += bytesInOutput;
      sizes.glue -= bytesInOutput;
    }
  }
  return sizes;
}

/** Whose code a file is, by its path from the project's root. */
export function originOf(path: string): Exclude<Origin, 'glue'> {
  if (!path.includes('node_modules/')) return 'own';
  if (path.includes('node_modules/zod/')) return 'zod';
  return path.includes('node_modules/@aws-lambda-powertools/') ? 'powertools' : 'sdk';
}

/** The outputs that are loaded when the entry is imported. */
function reach({ outputs, entry }: Bundle, part: 'eager' | 'whole'): ReadonlySet<string> {
  const reached = new Set([entry]);
  // Grows while it is walked.
  for (const name of reached) {
    for (const imported of outputs[name]?.imports ?? []) {
      if (follows(imported, part)) reached.add(imported.path);
    }
  }
  return reached;
}

function follows(
  { kind, external }: Metafile['outputs'][string]['imports'][number],
  part: 'eager' | 'whole',
): boolean {
  if (external) return false;
  return kind === 'import-statement' || (part === 'whole' && kind === 'dynamic-import');
}

export const kilobytes = (bytes: number): number => bytes / 1000;

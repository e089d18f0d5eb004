/** Bundles programs, minified: split where something is imported only when it is needed, or into one file. */

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Dependencies that are CommonJS ask for Node's modules with `require`, which a module does not have of itself. */
const requireBanner =
  "import { createRequire as createRequireOf } from 'node:module';const require = createRequireOf(import.meta.url);";

export interface Bundle {
  /** The file to run or to import. */
  readonly file: string;
  /** esbuild's account of what went into it, and into whatever it imports. */
  readonly outputs: Metafile['outputs'];
  /** The entry's key in `outputs`. */
  readonly entry: string;
}

/** Bundles a program as a service would, into a folder of its own in `directory`. */
export const bundle = (program: URL, directory: string): Promise<Bundle> =>
  onlyOne(bundleTogether([program], directory));

/** Bundles programs in one go: what they have in common is loaded once in a process that imports several. */
export const bundleTogether = (programs: readonly URL[], directory: string): Promise<Bundle[]> =>
  run(programs, { directory, splitting: true });

/** Bundles a program as infra/ bundles functions: into one file. */
export const bundleFunction = (program: URL, directory: string): Promise<Bundle> =>
  onlyOne(run([program], { directory, splitting: false }));

async function onlyOne(bundling: Promise<readonly Bundle[]>): Promise<Bundle> {
  const [only] = await bundling;
  if (!only) throw new Error('nothing was bundled');
  return only;
}

async function run(
  programs: readonly URL[],
  { directory, splitting }: { readonly directory: string; readonly splitting: boolean },
): Promise<Bundle[]> {
  const files = programs.map((program) => fileURLToPath(program));
  const folder = files.map((file) => path.basename(file, '.ts')).join('+');
  const { metafile } = await build({
    absWorkingDir: projectRoot,
    entryPoints: files,
    outdir: path.join(directory, folder),
    bundle: true,
    minify: true,
    splitting,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    mainFields: ['module', 'main'],
    banner: { js: requireBanner },
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  const { outputs } = metafile;
  return files.map((file) => {
    const entry = entryOf(outputs, file);
    return { file: path.join(projectRoot, entry), outputs, entry };
  });
}

function entryOf(outputs: Metafile['outputs'], source: string): string {
  const wanted = path.relative(projectRoot, source);
  const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === wanted);
  if (!found) throw new Error(`${source} was not bundled`);
  return found[0];
}

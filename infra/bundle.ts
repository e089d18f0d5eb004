/**
 * Bundles every function in one run of esbuild: a process per function would make a synthesis ten times as long. The same
 * files are deployed to AWS and run by the local AWS.
 */

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** The folders under functions/ that are deployed. */
export const functionFolders = [
  'publish-config',
  'validate-config',
  'fan-out-change',
  'record-load',
  'guard-rollout',
  'assign-partitions',
] as const;
export type FunctionFolder = (typeof functionFolders)[number];

/** True in the package `@veltrix/infra` (scripts/pack.mjs), whose functions stand beside this file, and wait for the applications. */
declare const VELTRIX_PACKAGED: true | undefined;
const isPackaged = typeof VELTRIX_PACKAGED !== 'undefined';

const here = (place: string): string => fileURLToPath(new URL(place, import.meta.url));
/** What a packaged function imports for what this repository's functions find in config/. */
const applicationsName = '@veltrix/applications';
const projectRoot = isPackaged ? process.cwd() : here('..');
const bundlesRoot = join(projectRoot, 'dist/functions');

const sourceOf = (folder: FunctionFolder): string =>
  isPackaged ? here(`functions/${folder}.js`) : `functions/${folder}/index.ts`;

/** Dependencies that are CommonJS ask for Node's modules with `require`, which a module does not have of itself. */
const requireBanner =
  "import { createRequire as createRequireOf } from 'node:module';const require = createRequireOf(import.meta.url);";

/** The folder of a function's bundle: `index.mjs`, whose `handler` Lambda calls, and its source map. */
export const bundleFolder = (folder: FunctionFolder): string => join(bundlesRoot, folder);

/**
 * Writes the bundles to dist/functions/. Equal sources give equal bytes, so equal assets.
 * @param applicationsFile the module that exports `applications`, where this is the package.
 * @throws when a source is broken.
 */
export function bundleFunctions(applicationsFile?: string): void {
  const { outputFiles } = buildSync({
    absWorkingDir: projectRoot,
    entryPoints: functionFolders.map((folder) => ({
      in: sourceOf(folder),
      out: `${folder}/index`,
    })),
    ...(applicationsFile !== undefined && { alias: { [applicationsName]: applicationsFile } }),
    outdir: bundlesRoot,
    write: false,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    // The SDK's and zod's modules leave out what is not used; their CommonJS does not.
    mainFields: ['module', 'main'],
    banner: { js: requireBanner },
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  });
  const written = outputFiles.map(({ path, contents }) => writeOver(path, contents));
  for (const folder of functionFolders) removeOthers(bundleFolder(folder), written);
}

/** Two syntheses may run at once: a file is replaced whole, and only when it differs. */
function writeOver(path: string, contents: Uint8Array): string {
  if (isSame(path, contents)) return path;
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}.part`;
  writeFileSync(beside, contents);
  renameSync(beside, path);
  return path;
}

function isSame(path: string, contents: Uint8Array): boolean {
  try {
    return readFileSync(path).equals(contents);
  } catch {
    return false;
  }
}

function removeOthers(folder: string, kept: readonly string[]): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!kept.includes(path) && !name.endsWith('.part')) rmSync(path, { recursive: true });
  }
}

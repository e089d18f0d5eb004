/**
 * Builds what runs as a process of its own: the command (dist/cli/veltrix.js, with the node that `dev` starts of any
 * application) and the sample's own node (dist/sample/treasure-hunt.mjs).
 * Bundled, 20 nodes start in 3 s where they would take 14 s from TypeScript. The command is split, so that each verb loads
 * only what it needs.
 */

import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** Dependencies that are CommonJS ask for Node's modules with `require`, which a module does not have of itself. */
const requireBanner =
  "import { createRequire as createRequireOf } from 'node:module';const require = createRequireOf(import.meta.url);";

/** Stay in node_modules: they have native parts, or load files of their own beside them. */
const external = ['dynalite', 'dynalite/*', 'esbuild', 'jiti', 'kinesis-local', 'tsx'];

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // The SDK's and zod's modules leave out what is not used; their CommonJS does not.
  mainFields: ['module', 'main'],
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  keepNames: true,
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
  external,
};

const command = {
  ...shared,
  entryPoints: { veltrix: 'cli/main.ts', 'plain-node': 'sample/plain-node.ts' },
  outdir: 'dist/cli',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  define: { VELTRIX_VERSION: JSON.stringify(version) },
  banner: { js: `#!/usr/bin/env node\n${requireBanner}` },
};

const sampleNode = {
  ...shared,
  entryPoints: { 'treasure-hunt': 'sample/node.ts' },
  outdir: 'dist/sample',
  outExtension: { '.js': '.mjs' },
  banner: { js: requireBanner },
};

/** A process may be starting from these files: each is replaced whole, chunks before the entry that names them. */
function writeOver({ path: file, contents }) {
  mkdirSync(path.dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.part`;
  writeFileSync(beside, contents);
  if (file.endsWith('veltrix.js')) chmodSync(beside, 0o755);
  renameSync(beside, file);
}

/** Names of chunks carry their content: those of an earlier build would stay for ever. Another build's parts are its own. */
function removeOthers(directory, kept) {
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.includes(file) && !file.endsWith('.part')) rmSync(file, { force: true });
  }
}

function externals({ outputs }) {
  const outside = Object.values(outputs).flatMap(({ imports }) => imports.filter((item) => item.external));
  const names = outside.map((item) => item.path.split('/', item.path.startsWith('@') ? 2 : 1).join('/'));
  return [...new Set(names)]
    .filter((name) => !name.startsWith('node:') && !builtinModules.includes(name))
    .sort();
}

for (const options of [command, sampleNode]) {
  const { outputFiles, metafile } = await build({ ...options, write: false, metafile: true });
  // What each part leaves in node_modules: a package of it names these as its dependencies.
  writeOver({
    path: path.join(root, `${options.outdir}.imports.json`),
    contents: JSON.stringify(externals(metafile)),
  });
  for (const file of outputFiles.toReversed()) writeOver(file);
  removeOthers(
    path.join(root, options.outdir),
    outputFiles.map((file) => file.path),
  );
}

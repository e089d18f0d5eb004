/**
 * Packs what is published: `veltrix` (what a service imports) and `@veltrix/cli` (the command). The root package is
 * private and carries everything; these two carry what their users need of it. Writes two tarballs to dist/packages/.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = path.join(root, 'dist/packages');
const source = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** The doors of `veltrix`: what is imported → the file behind it. */
const doors = {
  '.': 'client/index',
  './config': 'client/config',
  './middleware': 'client/middleware',
  './testing': 'client/testing',
};

rmSync(packages, { recursive: true, force: true });
await packClient();
packCommand();

async function packClient() {
  const directory = path.join(packages, 'veltrix');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.values(doors).map((door) => `${door}.ts`),
    outdir: path.join(directory, 'dist'),
    outbase: '.',
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'linked',
    metafile: true,
    logLevel: 'warning',
  });
  emitTypes(directory);
  const { zod, ...dependencies } = versionsOf(outsideOf(metafile));
  write(directory, {
    name: 'veltrix',
    description:
      'Typed configuration from AWS AppConfig, read from memory, with the last good value on disk.',
    exports: Object.fromEntries(
      Object.entries(doors).map(([name, door]) => [
        name,
        { types: `./types/${door}.d.ts`, default: `./dist/${door}.js` },
      ]),
    ),
    sideEffects: false,
    dependencies,
    // Schemas belong to the service: it and the client must mean the same zod.
    peerDependencies: { zod },
  });
}

function emitTypes(directory) {
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
  const project = path.join(packages, 'tsconfig.types.json');
  writeFileSync(
    project,
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: {
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        rootDir: root,
        outDir: path.join(directory, 'types'),
        types: ['node'],
        typeRoots: [path.join(root, 'node_modules/@types')],
      },
      include: [],
      files: Object.values(doors).map((door) => path.join(root, `${door}.ts`)),
    }),
  );
  execFileSync(process.execPath, [compiler, '-p', project], { stdio: 'inherit' });
  rmSync(project);
}

/** The command as `npm run build` writes it, with what it leaves outside. */
function packCommand() {
  execFileSync(process.execPath, [path.join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
  const directory = path.join(packages, 'cli');
  cpSync(path.join(root, 'dist/cli'), path.join(directory, 'dist'), { recursive: true });
  const outside = JSON.parse(readFileSync(path.join(root, 'dist/cli.imports.json'), 'utf8'));
  write(directory, {
    name: '@veltrix/cli',
    description:
      'The veltrix command: check, plan and publish configuration, and see which node holds which version.',
    bin: { veltrix: './dist/veltrix.js' },
    dependencies: versionsOf(outside),
  });
}

/** What a bundle imports from outside, by package. */
function outsideOf({ outputs }) {
  const outside = Object.values(outputs).flatMap(({ imports }) => imports.filter((item) => item.external));
  return outside.map((item) => item.path.split('/', item.path.startsWith('@') ? 2 : 1).join('/'));
}

/** The versions the project is tested with, and their later minor ones. @throws for a package it does not name. */
function versionsOf(names) {
  const known = { ...source.devDependencies, ...source.dependencies };
  const named = [...new Set(names)].filter((name) => !name.startsWith('node:')).sort();
  return Object.fromEntries(
    named.map((name) => {
      if (!(name in known)) throw new Error(`package.json does not name ${name}, which a package needs`);
      return [name, `^${known[name]}`];
    }),
  );
}

function write(directory, manifest) {
  mkdirSync(directory, { recursive: true });
  const { version, license, engines } = source;
  const { name, description, ...rest } = manifest;
  const whole = { name, version, description, license, type: 'module', engines, ...rest };
  writeFileSync(path.join(directory, 'package.json'), `${JSON.stringify(whole, null, 2)}\n`);
  for (const file of ['LICENSE', 'CHANGELOG.md']) cpSync(path.join(root, file), path.join(directory, file));
  const readme = path.join(root, 'docs', name === 'veltrix' ? 'first-service.md' : 'command.md');
  cpSync(readme, path.join(directory, 'README.md'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', packages], {
    cwd: directory,
    stdio: 'inherit',
  });
}

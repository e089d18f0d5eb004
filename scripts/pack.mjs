/**
 * Packs what is published: `veltrix` (what a service imports), `@veltrix/cli` (the command) and `@veltrix/infra` (the stacks). The
 * root package is private and carries everything; these carry what their users need of it. Writes tarballs to dist/packages/.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** What functions import of config/ is the project's own: infra/bundle.ts says where that is. */
const applicationsOfTheProject = {
  name: 'applications of the project',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/config\/applications\.js$/ }, () => ({
      path: '@veltrix/applications',
      external: true,
    })),
};

/** The page of docs/ that a package is read by. */
const readmes = {
  veltrix: 'first-service.md',
  '@veltrix/cli': 'command.md',
  '@veltrix/infra': 'getting-started.md',
};

rmSync(packages, { recursive: true, force: true });
await packClient();
packCommand();
await packInfrastructure();

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
  emitTypes(directory, Object.values(doors));
  const { zod, '@opentelemetry/api': telemetry, ...dependencies } = versionsOf(outsideOf(metafile));
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
    // Schemas belong to the service: it and the client must mean the same zod. Whoever measures brings what is measured with.
    peerDependencies: { zod, '@opentelemetry/api': telemetry },
    peerDependenciesMeta: { '@opentelemetry/api': { optional: true } },
  });
}

function emitTypes(directory, entries) {
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
      files: entries.map((door) => path.join(root, `${door}.ts`)),
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

/**
 * The stacks, and the functions but for the applications, which a synthesis bundles into them. Functions bring everything but zod:
 * schemas and functions must mean the same.
 */
async function packInfrastructure() {
  const directory = path.join(packages, 'infra');
  const shared = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
  };
  const { metafile } = await build({
    ...shared,
    entryPoints: ['infra/index.ts'],
    outdir: path.join(directory, 'dist'),
    packages: 'external',
    define: { VELTRIX_PACKAGED: 'true' },
    metafile: true,
  });
  await build({
    ...shared,
    entryPoints: functionFolders().map((folder) => ({ in: `functions/${folder}/index.ts`, out: folder })),
    outdir: path.join(directory, 'dist/functions'),
    mainFields: ['module', 'main'],
    external: ['zod'],
    plugins: [applicationsOfTheProject],
    keepNames: true,
  });
  emitTypes(directory, ['infra/index']);
  const { zod, constructs, 'aws-cdk-lib': cdk, ...dependencies } = versionsOf(outsideOf(metafile));
  write(directory, {
    name: '@veltrix/infra',
    description: 'The CDK stacks of Veltrix, for the applications of a project.',
    exports: { '.': { types: './types/infra/index.d.ts', default: './dist/index.js' } },
    dependencies,
    // A tree of constructs is of one copy of each.
    peerDependencies: { 'aws-cdk-lib': cdk, constructs, zod },
  });
}

function functionFolders() {
  const entries = readdirSync(path.join(root, 'functions'), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
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
  cpSync(path.join(root, 'docs', readmes[name]), path.join(directory, 'README.md'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', packages], {
    cwd: directory,
    stdio: 'inherit',
  });
}

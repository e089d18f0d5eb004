/**
 * A project that distributes configuration: the nearest folder upward with `config/<application>/application.ts` in it.
 * Applications are TypeScript and loaded as such, so that what is checked is what the functions will be built from.
 */

import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../../core/errors.js';
import type { Application, Profile } from '../../core/profiles.js';
import type { Stage } from '../../core/stages.js';
import { importTypeScript } from './import-typescript.js';
import { suggestNames } from './nearest.js';
import { loadStages } from './stages.js';

/** Name of the one file that says what an application distributes. */
const definitionFile = 'application.ts';

export interface Workspace {
  /** Absolute path of the project. */
  readonly root: string;
  /** Names of the folders in `config/` that define an application, sorted. */
  readonly names: readonly string[];
  /** Loads one application. @throws UsageError for an unknown one, or one that does not load. */
  load(name: string): Promise<LoadedApplication>;
  /** Undefined where the project lists none. @throws UsageError when they are not as they should be. */
  stages(): Promise<readonly Stage[] | undefined>;
}

export interface LoadedApplication {
  readonly application: Application;
  /** Names of the YAML files in its folder, sorted. */
  readonly yamlFiles: readonly string[];
  /** Reads one file of its folder; undefined when there is none. */
  read(fileName: string): Promise<Uint8Array | undefined>;
  /** A file's path from the project's root: `config/treasure-hunt/gameplay.staging.yaml`. */
  pathOf(fileName: string): string;
}

/**
 * Opens the project `from` lies in.
 * @throws UsageError when there is none upward of it.
 */
export async function openWorkspace(from: string): Promise<Workspace> {
  const root = await findRoot(path.resolve(from));
  if (root === undefined) {
    throw new UsageError(`There is no config/<application>/${definitionFile} in ${from} or above it`, {
      hint: 'Change to the folder of your project, then try again.',
    });
  }
  const names = await applicationFolders(root);
  return {
    root,
    names,
    load: (name) => loadApplication({ root, names }, name),
    stages: () => loadStages(root),
  };
}

/** `gameplay.staging.yaml`. */
export const fileNameOf = (profile: string, environment: string): string => `${profile}.${environment}.yaml`;

/** The profile of that name. @throws UsageError with the nearest name otherwise. */
export function profileOf(application: Application, name: string): Profile {
  const names = application.profiles.map((profile) => profile.name);
  return demandNamed(`profile of ${application.name}`, name, {
    names,
    found: application.profiles.find((profile) => profile.name === name),
  });
}

/** @throws UsageError with the nearest name when the application has no such environment. */
export function demandEnvironment(application: Application, name: string): void {
  const names = application.environments;
  demandNamed(`environment of ${application.name}`, name, {
    names,
    found: names.find((item) => item === name),
  });
}

function demandNamed<T>(
  kind: string,
  name: string,
  { names, found }: { names: readonly string[]; found: T | undefined },
): T {
  if (found !== undefined) return found;
  throw new UsageError(`"${name}" is no ${kind}`, { hint: suggestNames(name, names) });
}

async function findRoot(directory: string): Promise<string | undefined> {
  if ((await applicationFolders(directory)).length > 0) return directory;
  const parent = path.dirname(directory);
  return parent === directory ? undefined : findRoot(parent);
}

async function applicationFolders(root: string): Promise<readonly string[]> {
  const entries = await readdir(path.join(root, 'config'), { withFileTypes: true }).catch(() => []);
  return entries
    .filter(
      (entry) => entry.isDirectory() && existsSync(path.join(root, 'config', entry.name, definitionFile)),
    )
    .map((entry) => entry.name)
    .sort();
}

async function loadApplication(
  { root, names }: { root: string; names: readonly string[] },
  name: string,
): Promise<LoadedApplication> {
  demandNamed('application of this project', name, { names, found: names.find((item) => item === name) });
  const folder = path.join(root, 'config', name);
  const definition = path.join('config', name, definitionFile);
  const application = findApplication(await importTypeScript(root, definition), name, definition);
  const files = await readdir(folder);
  return {
    application,
    yamlFiles: files.filter((file) => /\.ya?ml$/.test(file)).sort(),
    read: (fileName) => readIfThere(path.join(folder, fileName)),
    pathOf: (fileName) => path.join('config', name, fileName),
  };
}

function findApplication(exported: object, folder: string, file: string): Application {
  const found = Object.values(exported).filter(isApplication);
  const [application, second] = found;
  if (application === undefined || second !== undefined) {
    throw new UsageError(`${file} exports ${found.length} applications`, {
      hint: 'Export exactly one value of defineApplication({ name, environments, profiles }).',
    });
  }
  if (application.name === folder) return application;
  throw new UsageError(`${file} defines "${application.name}", but its folder is named "${folder}"`, {
    hint: `Rename the folder to config/${application.name}, or the application to "${folder}".`,
  });
}

function isApplication(value: unknown): value is Application {
  if (typeof value !== 'object' || value === null) return false;
  const { name, environments, profiles } = value as Record<string, unknown>;
  return typeof name === 'string' && Array.isArray(environments) && Array.isArray(profiles);
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    throw new UsageError(`${file} cannot be read (${code})`, {
      hint: 'Look at its permissions.',
      cause: error,
    });
  }
}

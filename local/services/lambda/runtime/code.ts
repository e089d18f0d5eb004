/**
 * Where functions' code lives while it runs: a copy in the machine's temporary folder, as AWS keeps a copy in
 * /var/task. A copy stays what was deployed when its source changes, and no package.json above it (a project's, with
 * `"type": "module"`) changes how its files are read.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { codeUnavailable, invalidParameter } from '../errors.js';

export interface CodeFacts {
  /** Base64 of a SHA-256 over the files' names and contents (AWS: over the zip). */
  readonly sha256: string;
  readonly sizeBytes: number;
}

export interface CodeStore {
  /** Reads a folder of code and copies it. Throws InvalidParameterValueException when it is no readable folder. */
  add(directory: string): Promise<CodeFacts>;
  /** Where the copy is; copies again after a restart. Throws ResourceNotReadyException when the source is gone. */
  locate(directory: string, sha256: string): Promise<string>;
  /** A folder that is nobody's home. */
  home(): Promise<string>;
  close(): Promise<void>;
}

export function createCodeStore(): CodeStore {
  let root: Promise<string> | undefined;
  const copies = new Map<string, Promise<string>>();
  const rootFolder = (): Promise<string> => {
    root ??= mkdtemp(join(tmpdir(), 'local-aws-lambda-'));
    return root;
  };
  const copyOnce = (directory: string, sha256: string): Promise<string> => {
    const copying = copyInto(rootFolder, directory, sha256);
    copies.set(sha256, copying);
    copying.catch(() => copies.delete(sha256));
    return copying;
  };
  const copy = (directory: string, sha256: string): Promise<string> =>
    copies.get(sha256) ?? copyOnce(directory, sha256);
  return {
    add: async (directory) => {
      const facts = await read(directory);
      await copy(directory, facts.sha256);
      return facts;
    },
    locate: (directory, sha256) => copies.get(sha256) ?? copyAgain(directory, () => copy(directory, sha256)),
    home: async () => join(await rootFolder(), 'home'),
    close: async () => {
      if (root) await rm(await root, { recursive: true, force: true });
    },
  };
}

async function copyInto(root: () => Promise<string>, directory: string, sha256: string): Promise<string> {
  const target = join(await root(), Buffer.from(sha256, 'base64').toString('hex').slice(0, 24));
  await cp(directory, target, { recursive: true, dereference: true, mode: constants.COPYFILE_FICLONE });
  return target;
}

async function copyAgain(directory: string, copy: () => Promise<string>): Promise<string> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory()) return copy();
  throw codeUnavailable(`The code of this function is no longer at ${directory}: deploy it again`);
}

async function read(directory: string): Promise<CodeFacts> {
  const files = await listFiles(directory);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for (const file of files) {
    const content = await readFile(file);
    hash.update(`${relative(directory, file).split(sep).join('/')}\n${content.length}\n`).update(content);
    sizeBytes += content.length;
  }
  return { sha256: hash.digest('base64'), sizeBytes };
}

async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((error: Error) => {
    throw invalidParameter(`Code.LocalDirectory '${directory}' is not a readable folder: ${error.message}`);
  });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

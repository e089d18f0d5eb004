/** Holds files against their schemas, without AWS: what `publish` would refuse is refused here, with its line and column. */

import { formatProfile } from '../../core/addresses.js';
import { type PreparedContent, prepareContent } from '../../core/content/content.js';
import type { Problem } from '../../core/errors.js';
import type { Profile } from '../../core/profiles.js';
import { parsePath } from './document-path.js';
import { knownKeys, knownTexts } from './known-keys.js';
import { nearest } from './nearest.js';
import { fileNameOf, type LoadedApplication, type Workspace } from './workspace.js';
import { type PlacedProblem, readYaml } from './yaml-file.js';

/** One file and what is wrong with it. */
export interface CheckedFile {
  /** From the project's root: `config/treasure-hunt/gameplay.staging.yaml`. */
  readonly file: string;
  /** What it is meant for; absent for a file whose name says nothing that exists. */
  readonly address?: string;
  readonly problems: readonly PlacedProblem[];
}

export interface CheckReport {
  readonly files: readonly CheckedFile[];
  readonly problemCount: number;
}

/** A file that may be published, or why not. */
export interface PreparedFile extends CheckedFile {
  readonly content?: PreparedContent & { readonly value: unknown };
  /** Finds a problem in the file that somebody else, such as the deployed schema, found in its content. */
  place(problem: Problem): PlacedProblem;
}

/** Checks every file of one application, or of all. @throws UsageError when an application does not load. */
export async function check(workspace: Workspace, application?: string): Promise<CheckReport> {
  const names = application === undefined ? workspace.names : [application];
  const loaded = await Promise.all(names.map((name) => workspace.load(name)));
  const files = (await Promise.all(loaded.map(checkApplication))).flat();
  return { files, problemCount: files.reduce((sum, { problems }) => sum + problems.length, 0) };
}

/** Reads and checks the file of one profile in one environment. */
export async function prepareFile(
  loaded: LoadedApplication,
  profile: Profile,
  environment: string,
): Promise<PreparedFile> {
  const fileName = fileNameOf(profile.name, environment);
  const file = loaded.pathOf(fileName);
  const address = formatProfile({ application: loaded.application.name, environment, profile: profile.name });
  const bytes = await loaded.read(fileName);
  if (bytes === undefined) return { file, address, problems: [missing], place: atStart };
  const yaml = readYaml(bytes);
  if (!yaml.ok) return { file, address, problems: yaml.problems, place: atStart };
  const place = (problem: Problem) => ({
    ...withSuggestion(profile, problem, yaml.value),
    ...yaml.place(problem),
  });
  const prepared = prepareContent(profile, yaml.value);
  if (!prepared.ok) return { file, address, problems: prepared.problems.map(place), place };
  return { file, address, problems: [], content: { ...prepared.value, value: yaml.value }, place };
}

const missing: PlacedProblem = {
  path: '',
  message: 'is missing: every profile has a file for every environment',
  line: 1,
  column: 1,
};

const atStart = (problem: Problem): PlacedProblem => ({ ...problem, line: 1, column: 1 });

async function checkApplication(loaded: LoadedApplication): Promise<CheckedFile[]> {
  const { environments, profiles } = loaded.application;
  const expected = profiles.flatMap((profile) =>
    environments.map((environment) => ({
      profile,
      environment,
      fileName: fileNameOf(profile.name, environment),
    })),
  );
  const names = expected.map(({ fileName }) => fileName);
  const stray = loaded.yamlFiles.filter((fileName) => !names.includes(fileName));
  const checked = await Promise.all(
    expected.map(({ profile, environment }) => prepareFile(loaded, profile, environment)),
  );
  return [...checked.map(withoutContent), ...stray.map((fileName) => strayFile(loaded, fileName, names))];
}

function withoutContent({ content: _content, place: _place, ...file }: PreparedFile): CheckedFile {
  return file;
}

function strayFile(loaded: LoadedApplication, fileName: string, names: readonly string[]): CheckedFile {
  const suggestion = nearest(fileName, names);
  const problem = {
    path: '',
    message: 'belongs to nothing: files are named <profile>.<environment>.yaml',
    ...(suggestion !== undefined && { suggestion }),
    line: 1,
    column: 1,
  };
  return { file: loaded.pathOf(fileName), problems: [problem] };
}

/** Adds the spelling the schema knows, where core could not say: for an unknown key, and for a text among several. */
function withSuggestion(profile: Profile, problem: Problem, root: unknown): Problem {
  if (problem.suggestion !== undefined) return problem;
  const path = parsePath(problem.path);
  const isKey = problem.message.startsWith('is unknown');
  const written = isKey ? path.at(-1) : valueAt(root, path);
  if (typeof written !== 'string') return problem;
  const known = isKey ? knownKeys(profile.schema, path.slice(0, -1)) : knownTexts(profile.schema, path);
  const suggestion = nearest(written, known);
  return suggestion === undefined ? problem : { ...problem, suggestion };
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    root,
  );
}

/** What the project at hand says: its applications, and each file as it would be published. */

import type { ClusterAddress } from '../../../core/addresses.js';
import { isVeltrixError } from '../../../core/errors.js';
import { environmentOf, holds, type Stage } from '../../../core/stages.js';
import { hash8 } from '../../facts.js';
import { prepareFile } from '../../files/check.js';
import type { LoadedApplication, Workspace } from '../../files/workspace.js';
import { renamesIn, straysOfProject } from '../../stray-names.js';
import type { FileFacts, ProjectFacts } from './facts.js';
import type { Found } from './finding.js';
import type { Gathering } from './gather.js';

export interface Project {
  readonly workspace: Workspace;
  /** The stage that is looked at, as the project lists it; absent where it lists none. */
  readonly stage?: Stage;
  /** Applications that load, by name. */
  readonly loaded: ReadonlyMap<string, LoadedApplication>;
  /** Those that do not. */
  readonly findings: readonly Found[];
}

/** Undefined where there is no project: that is no fault. */
export async function openProject(
  open: () => Promise<Workspace>,
  stageName: string,
): Promise<Project | undefined> {
  const workspace = await orUsage(open());
  if (workspace === undefined || 'problem' in workspace) return undefined;
  const loaded = new Map<string, LoadedApplication>();
  const findings: Found[] = [];
  for (const name of workspace.names) {
    const application = await orUsage(workspace.load(name));
    if ('problem' in application) findings.push(broken(name, application.problem));
    else loaded.set(name, application);
  }
  const stage = (await workspace.stages())?.find(({ name }) => name === stageName);
  return { workspace, loaded, findings, ...(stage && { stage }) };
}

/** Whether another stage holds an environment: what is left of it here is no concern of this one. */
export function isElsewhere(
  project: Project | undefined,
  { application, environment }: ClusterAddress,
): boolean {
  // Every environment that an application names is in a stage.
  const isNamed = project?.loaded.get(application)?.application.environments.includes(environment) ?? false;
  return isNamed && project?.stage !== undefined && !holds(project.stage, environment);
}

interface Problem {
  readonly problem: { readonly message: string; readonly hint: string };
}

/** Files that somebody is writing may be anything; only our own mistakes go on. */
async function orUsage<T>(opening: Promise<T>): Promise<T | Problem> {
  try {
    return await opening;
  } catch (error) {
    if (!isVeltrixError(error) || error.code !== 'VELTRIX_USAGE') throw error;
    return { problem: { message: error.message, hint: error.hint } };
  }
}

const broken = (name: string, { message, hint }: Problem['problem']): Found => ({
  level: 'bad',
  where: `config/${name}`,
  what: 'does not load',
  why: `${message}.`,
  next: hint,
});

/** Names that look like renamed ones, as `plan` and `check --deployed` refuse them. */
export async function renamesFound(
  { cloud, unread }: Gathering,
  { workspace, findings, stage }: Project,
): Promise<readonly Found[]> {
  // An application that does not load may name anything.
  if (findings.length > 0) return [];
  const asked = { what: 'which names are deployed', action: 'appconfig:ListEnvironments' };
  const strays = await unread.orNothing(asked, straysOfProject(cloud, workspace, { stage }));
  return renamesIn(strays ?? { applications: { gone: [], added: [] }, within: [] }).map(
    ({ message, hint }) => ({
      level: 'bad',
      where: 'names in',
      what: message,
      why: 'Nodes ask for configuration by name: whoever asks for the new name gets nothing, and for the old one what it was.',
      next: hint,
    }),
  );
}

/** Undefined where the project knows nothing of the application. */
export async function readProject(
  project: Project | undefined,
  { application: name, environment }: ClusterAddress,
): Promise<ProjectFacts | undefined> {
  const loaded = project?.loaded.get(name);
  if (loaded === undefined) return undefined;
  const { application } = loaded;
  const isNamed = application.environments.includes(environment);
  const reading = isNamed
    ? application.profiles.map(async (profile) => readFile(loaded, profile, environment))
    : [];
  const held = project?.stage && holds(project.stage, environment) ? project.stage : undefined;
  return {
    application,
    files: await Promise.all(reading),
    ...(held && { environment: environmentOf(held, environment) }),
  };
}

async function readFile(
  loaded: LoadedApplication,
  profile: LoadedApplication['application']['profiles'][number],
  environment: string,
): Promise<FileFacts> {
  const { file, problems, content } = await prepareFile(loaded, profile, environment);
  return {
    profile: profile.name,
    file,
    problems,
    ...(content && { content: { hash8: hash8(content.bytes), bytes: content.bytes.length } }),
  };
}

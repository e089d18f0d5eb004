/**
 * Names in files against names that are deployed. AppConfig has no renaming that nodes would follow, since they ask by name:
 * what looks like a new name is a new thing, empty, and what had the old one stays behind with all that was published.
 */

import { VeltrixError } from '../core/errors.js';
import { publishFunction, validateFunction } from '../core/names.js';
import type { Application } from '../core/profiles.js';
import type { Stage } from '../core/stages.js';
import type { Cloud, OpenEnvironment } from './cloud.js';
import type { Workspace } from './files/workspace.js';

/** What of one kind goes by a name that only one side knows. */
export interface Strays {
  /** Deployed, and in no file: taken out of the files, or renamed there. */
  readonly gone: readonly string[];
  /** In the files, and not deployed: new, or renamed. */
  readonly added: readonly string[];
  /** Of `gone`, what the stacks let go of in an earlier deployment: it waits for its end, and is renamed by nothing. */
  readonly ended?: readonly string[];
}

function straysOf(deployed: readonly string[], named: readonly string[]): Strays {
  return {
    gone: deployed.filter((name) => !named.includes(name)).sort(),
    added: named.filter((name) => !deployed.includes(name)).sort(),
  };
}

/** Names that changed sides at once: nobody can tell a rename from an end and a beginning, and data is at stake. */
const looksRenamed = (strays: Strays): boolean => missed(strays).length > 0 && strays.added.length > 0;

const missed = ({ gone, ended = [] }: Strays): readonly string[] =>
  gone.filter((name) => !ended.includes(name));

type StrayKind = 'application' | 'environment' | 'profile';

/** Something goes by a new name in the files, as far as can be seen. Nothing was done. */
export class Renamed extends VeltrixError {
  override readonly name = 'Renamed';
  override readonly code = 'VELTRIX_RENAMED';
  readonly kind: StrayKind;
  readonly strays: Strays;

  /** @param of what it belongs to, for people: `treasure-hunt`, `this project`. */
  constructor(of: string, { kind, strays }: { readonly kind: StrayKind; readonly strays: Strays }) {
    const [gone, added] = [listed(missed(strays)), listed(strays.added)];
    super(
      `${of}: ${kind} ${gone} is deployed and in no file, and ${added} is in the files and not deployed`,
      {
        hint: `That is how a rename looks, and AppConfig renames nothing that nodes ask for by name: deployed, ${added} would be new and empty. Put ${gone} back beside it, publish both, move what reads it, then take the old one out (docs/upgrade.md, "Renaming").`,
      },
    );
    this.kind = kind;
    this.strays = strays;
  }
}

const listed = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/** Names that only one side knows: of applications, and within each that was asked for. */
export interface ProjectStrays {
  readonly applications: Strays;
  readonly within: readonly {
    readonly application: string;
    readonly environments: Strays;
    readonly profiles: Strays;
  }[];
}

export interface ProjectQuestion {
  /** This application; default: all of the project. */
  readonly only?: string | undefined;
  /** The stage that is asked, as far as the project lists it: environments of other stages are not missing in it. */
  readonly stage?: Pick<Stage, 'environments'> | undefined;
}

/** @throws UsageError when an application does not load. */
export async function straysOfProject(
  cloud: Cloud,
  project: Workspace,
  { only, stage }: ProjectQuestion = {},
): Promise<ProjectStrays> {
  const names = only === undefined ? project.names : [only];
  const [loaded, deployed] = await Promise.all([
    Promise.all(names.map((name) => project.load(name))),
    cloud.applications(),
  ]);
  const { gone, added } = straysOf(deployed, project.names);
  const ours = await Promise.all(gone.map((name) => isOurs(cloud, name)));
  return {
    applications: {
      gone: gone.filter((_, index) => ours[index]),
      added: added.filter((name) => names.includes(name)),
    },
    within: await Promise.all(
      loaded
        .filter(({ application }) => deployed.includes(application.name))
        .map(({ application }) => straysWithin(cloud, application, stage)),
    ),
  };
}

/** Others use AppConfig in the same account: an application is Veltrix's as long as it has a function that publishes to it. */
export async function isOurs(cloud: Cloud, application: string): Promise<boolean> {
  for (const environment of await cloud.environments(application)) {
    const name = publishFunction(cloud.stage, { application, environment });
    if (await cloud.upkeep.deployedFunction(name)) return true;
  }
  return false;
}

async function straysWithin(
  cloud: Cloud,
  application: Application,
  stage: ProjectQuestion['stage'],
): Promise<ProjectStrays['within'][number]> {
  const { name } = application;
  const environments = await cloud.environments(name);
  const strays = straysOf(environments, application.environments);
  const isHere = (environment: string) =>
    stage === undefined || Object.hasOwn(stage.environments, environment);
  const [first] = environments;
  const open =
    first === undefined ? undefined : await cloud.environment({ application: name, environment: first });
  return {
    application: name,
    environments: await withEnded(cloud, { ...strays, added: strays.added.filter(isHere) }, (environment) =>
      publishFunction(cloud.stage, { application: name, environment }),
    ),
    profiles: await withEnded(cloud, straysOf(open?.profiles ?? [], namesOf(application)), (profile) =>
      validateFunction(cloud.stage, { application: name, profile }),
    ),
  };
}

/** Whoever takes a name out of the files and deploys says that it ends; AppConfig keeps it for days, in which others are added. */
async function withEnded(
  cloud: Cloud,
  strays: Strays,
  functionOf: (name: string) => string,
): Promise<Strays> {
  if (!looksRenamed(strays)) return strays;
  const found = await Promise.all(strays.gone.map((name) => cloud.upkeep.deployedFunction(functionOf(name))));
  const ended = strays.gone.filter((_, index) => found[index] === undefined);
  return ended.length === 0 ? strays : { ...strays, ended };
}

/** Everything that looks renamed, the outermost first. */
export const renamesIn = ({ applications, within }: ProjectStrays): readonly Renamed[] =>
  [
    { of: 'this project', kind: 'application', strays: applications } as const,
    ...within.flatMap(({ application: of, environments, profiles }) => [
      { of, kind: 'environment', strays: environments } as const,
      { of, kind: 'profile', strays: profiles } as const,
    ]),
  ]
    .filter(({ strays }) => looksRenamed(strays))
    .map(({ of, ...about }) => new Renamed(of, about));

const namesOf = ({ profiles }: Application): readonly string[] => profiles.map(({ name }) => name);

/** What is asked for, by its names. */
export interface Asked {
  readonly environment: string;
  readonly profiles: readonly string[];
}

/** @throws Renamed when the environment, which is not deployed, may be one that is, under a new name. */
export async function demandEnvironmentOfOld(
  cloud: Cloud,
  application: Application,
  asked: Asked,
): Promise<void> {
  const strays = straysOf(await cloud.environments(application.name), application.environments);
  if (strays.added.includes(asked.environment) && looksRenamed(strays))
    throw new Renamed(application.name, { kind: 'environment', strays });
}

/** @throws Renamed when one of the profiles, which is not deployed, may be one that is, under a new name. */
export function demandProfilesOfOld(open: OpenEnvironment, application: Application, asked: Asked): Strays {
  const strays = straysOf(open.profiles, namesOf(application));
  if (asked.profiles.some((name) => strays.added.includes(name)) && looksRenamed(strays))
    throw new Renamed(application.name, { kind: 'profile', strays });
  return strays;
}

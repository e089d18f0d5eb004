/** Whether files and AppConfig say the same, and whether what is deployed knows the schema that the files are written for. */

import { formatProfile } from '../../../../core/addresses.js';
import { parseLabel } from '../../../../core/content/content.js';
import { deployedOf, isRunning } from '../../../../core/delivery/deployments.js';
import { describeProblem } from '../../../../core/errors.js';
import { liveNodes } from '../../../../core/fleet/liveness.js';
import { schemaNotes } from '../../../act/plan/notes.js';
import { driftOf } from '../../status/file-drift.js';
import { withdrawnSince } from '../../withdrawn.js';
import { deploymentsOf, type Examined, type FileFacts } from '../facts.js';
import type { Found } from '../finding.js';

/** Files, one by one; and what is deployed without one. */
export function filesFound(facts: Examined): readonly Found[] {
  const { project, profiles, deployed, address } = facts;
  if (project === undefined) return [];
  const named = project.application.profiles.map(({ name }) => name);
  const left = deployed === undefined ? [] : profiles.filter((name) => !named.includes(name));
  // Names that changed sides at once are told as a rename.
  const isRenamed = left.length > 0 && named.some((name) => !profiles.includes(name));
  return [
    ...project.files.flatMap((file) => fileFound(facts, { ...file, isRenamed }) ?? []),
    ...(isRenamed ? [] : left).map((name): Found => leftOver(facts, name)),
    ...(project.application.environments.includes(facts.cluster.environment)
      ? []
      : [strangeEnvironment(address)]),
  ];
}

const leftOver = ({ address, cluster }: Examined, name: string): Found => ({
  level: 'warn',
  where: `${address}/${name}`,
  what: 'is deployed, and no file here speaks of it',
  why: 'Its nodes keep what they hold, and nobody can publish to it from here. A profile that was renamed is two profiles.',
  next: `git pull, if this checkout is old; else veltrix retire ${cluster.application}/${name}`,
});

const strangeEnvironment = (address: string): Found => ({
  level: 'warn',
  where: address,
  what: 'is deployed, and the application here does not name this environment',
  why: 'Its nodes keep what they hold, and nobody can publish to it from here.',
  next: 'git pull, if this checkout is old; else name it again in application.ts',
});

function fileFound(facts: Examined, file: FileFacts & { readonly isRenamed: boolean }): Found | undefined {
  const { cluster, profiles, deployed } = facts;
  const [problem] = file.problems;
  if (problem) {
    const more = file.problems.length - 1;
    return {
      level: 'bad',
      where: file.file,
      what: `would be refused: ${describeProblem(problem)}${more > 0 ? ` (and ${more} more)` : ''}`,
      why: 'What is deployed stays; nothing can be published from this file.',
      next: `veltrix check ${cluster.application}`,
    };
  }
  if (deployed === undefined || file.content === undefined) return undefined;
  if (!profiles.includes(file.profile)) return file.isRenamed ? undefined : notDeployed(facts, file);
  return driftFound(facts, { ...file, hash8: file.content.hash8 });
}

const notDeployed = ({ address, deploy }: Examined, { profile, file }: FileFacts): Found => ({
  level: 'bad',
  where: `${address}/${profile}`,
  what: `has a file and is not deployed: ${file}`,
  why: 'Profiles and their schemas travel with the stacks, not with a publish; a client that asks for it gets nothing.',
  next: deploy,
});

/** Wanted beside actual; what is on its way, or waits, counts as wanted. */
function driftFound(
  facts: Examined,
  { hash8, file, profile }: FileFacts & { hash8: string },
): Found | undefined {
  const where = formatProfile({ ...facts.cluster, profile });
  const mine = deploymentsOf(facts, profile);
  const deployed = deployedOf(mine, profile);
  const running = mine.find(isRunning);
  const waiting = facts.queue?.entries.filter((entry) => entry.profile === profile) ?? [];
  const coming = running?.state === 'ROLLING_BACK' ? [] : [running?.label];
  const standing = [deployed?.label, ...coming, ...waiting.map(({ label }) => label)];
  if (standing.some((label) => parseLabel(label ?? '')?.hash8 === hash8)) return undefined;
  const withdrawn = withdrawnSince(mine, profile).map(({ label }) => label);
  const drift = driftOf({ file, hash8 }, { standing, withdrawn });
  if (drift)
    return {
      level: 'warn',
      where,
      what: `was taken back, and ${file} still says version ${drift.version}`,
      why: 'The next publish of this file would bring back what was taken back.',
      next: 'git revert what was taken back, or publish it with --force -m "why it is safe now"',
    };
  // It may be deployed, longer ago than was read.
  if (deployed === undefined) return facts.deployed?.isComplete ? unpublished(where, file) : undefined;
  return {
    level: 'warn',
    where,
    what: `differs: ${file} is not what version ${deployed.version} says`,
    why:
      deployed.label === undefined
        ? 'That version was created around Veltrix: it carries no label to compare by.'
        : 'Somebody has not published yet, or what is deployed comes from another checkout.',
    next: `veltrix plan ${where}`,
  };
}

const unpublished = (where: string, file: string): Found => ({
  level: 'warn',
  where,
  what: 'was never published',
  why: `Clients get their default, or nothing, until ${file} is.`,
  next: `veltrix publish ${where} -m "…"`,
});

/** Schemas travel with the stacks, and with the nodes' own releases. */
export function schemasFound(facts: Examined): readonly Found[] {
  const { project, schemas, records = [], address, now, deploy } = facts;
  if (project === undefined) return [];
  const live = liveNodes(records, now);
  return project.application.profiles.flatMap((profile) => {
    const where = `${address}/${profile.name}`;
    const deployed = schemas.get(profile.name);
    const behind =
      deployed === undefined || deployed === profile.schemaVersion
        ? []
        : [schemaDrift({ where, deploy }, { deployed, here: profile.schemaVersion })];
    const known = records.some(({ profiles }) => Object.hasOwn(profiles, profile.name));
    const notes = known ? schemaNotes(live, profile) : [];
    return [...behind, ...notes.map((words): Found => nodesSchema(where, words))];
  });
}

function schemaDrift(
  { where, deploy }: { readonly where: string; readonly deploy: string },
  { deployed, here }: { readonly deployed: number; readonly here: number },
): Found {
  const isOlder = deployed < here;
  return {
    level: isOlder ? 'bad' : 'warn',
    where,
    what: `is held against schema ${deployed} when it is published; the files here are written for ${here}`,
    why: isOlder
      ? 'A value that needs the newer schema is refused, although `check` admits it here.'
      : 'This checkout is older than what is deployed: what is right here may be refused.',
    next: isOlder ? deploy : 'git pull',
  };
}

const nodesSchema = (where: string, words: string): Found => ({
  level: 'warn',
  where,
  what: `is known to nodes by different schemas: ${words}`,
  why: 'A node of an older schema drops what it does not know, and may refuse the rest.',
  next: 'deploy the service before a value that needs the newer schema, or publish what both admit',
});

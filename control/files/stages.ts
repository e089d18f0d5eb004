/** The stages of a project, as its `infra/stages.ts` lists them, and the one that a command talks to. */

import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Address } from '../../core/addresses.js';
import { formatCluster } from '../../core/addresses.js';
import { UsageError } from '../../core/errors.js';
import { defaultStage } from '../../core/names.js';
import { parseStages, type Stage, type StageRow, stageNamed, stageOf } from '../../core/stages.js';
import { importTypeScript } from './import-typescript.js';

const stagesFile = path.join('infra', 'stages.ts');

/** The stages that a project lists; undefined where it has no list. @throws UsageError when the list is not as it should be. */
export async function loadStages(root: string): Promise<readonly Stage[] | undefined> {
  if (!existsSync(path.join(root, stagesFile))) return undefined;
  const { stages } = (await importTypeScript(root, stagesFile)) as { readonly stages?: unknown };
  if (Array.isArray(stages)) return parseStages(stages as readonly StageRow[]);
  throw new UsageError(`${stagesFile} exports no list named "stages"`, {
    hint: 'Write `export const stages = parseStages([{ name, environments }])`; docs/stages.md says more.',
  });
}

/** The stage that a command talks to. */
export interface Home {
  readonly name: string;
  /** As the project lists it; absent where it has no list, or where there is no project. */
  readonly stage?: Stage;
}

export interface Asked {
  /** What `--stage` says. */
  readonly name?: string | undefined;
  /** What the command is about. Names of environments that no stage holds say nothing here: whoever looks for them says more. */
  readonly addresses: readonly Address[];
}

/**
 * The stage that is named, or else the one that holds the environments asked about, or else the only one there is.
 * @throws UsageError when it is none, or more than one.
 */
export function homeOf(stages: readonly Stage[] | undefined, { name, addresses }: Asked): Home {
  if (stages === undefined) return { name: name ?? defaultStage };
  const placed = placedIn(stages, addresses);
  const stage = name === undefined ? (placed[0]?.stage ?? onlyOne(stages)) : stageNamed(stages, name);
  const elsewhere = placed.find((one) => one.stage !== stage);
  if (elsewhere) throw isElsewhere(elsewhere, stage);
  return { name: stage.name, stage };
}

interface Placed {
  readonly cluster: string;
  readonly stage: Stage;
}

const placedIn = (stages: readonly Stage[], addresses: readonly Address[]): readonly Placed[] =>
  addresses.flatMap(({ application, environment }) => {
    if (application === undefined || environment === undefined) return [];
    const stage = stageOf(stages, environment);
    return stage ? [{ cluster: formatCluster({ application, environment }), stage }] : [];
  });

function onlyOne(stages: readonly Stage[]): Stage {
  const [stage, second] = stages;
  if (stage && !second) return stage;
  throw new UsageError('Which stage?', {
    hint: `Name one (--stage ${stages.map((each) => each.name).join(', or --stage ')}), or an environment that it holds.`,
  });
}

function isElsewhere({ cluster, stage }: Placed, asked: Stage): UsageError {
  return new UsageError(`${cluster} is in stage "${stage.name}", and this command talks to "${asked.name}"`, {
    hint: 'A command talks to one stage: ask about the other one in a command of its own, with credentials for it.',
  });
}

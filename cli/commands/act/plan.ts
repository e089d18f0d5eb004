/** `veltrix plan`: what a publish would change, for whom, and at what price. */

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { type Plan, type ProfilePlan, plan as planPublish } from '../../../control/act/plan/plan.js';
import { demandCluster } from '../../../control/addressing.js';
import { demandEnvironment } from '../../../control/files/workspace.js';
import { strategyNames } from '../../../core/delivery/strategies.js';
import { ContentRefused, UsageError } from '../../../core/errors.js';
import { defineCommand } from '../../command.js';
import { describeProblems } from '../../failures.js';
import { defaultStrategyOf } from '../../home.js';
import { address } from '../../parse-arguments.js';
import { describeChanges } from '../../terminal/changes.js';
import { count, factLines, type Page, wrap } from '../../terminal/layout.js';
import type { Paint } from '../../terminal/paint.js';

export const plan = defineCommand({
  args: z.object({
    address,
    strategy: z.enum(strategyNames).optional(),
    save: z.string().min(1).optional(),
  }),
  positional: ['address'],
  run: async (context, args): Promise<Plan> => {
    const { application, environment } = demandCluster(args.address);
    const loaded = await (await context.workspace()).load(application);
    demandEnvironment(loaded.application, environment);
    const defaultStrategy = await defaultStrategyOf(context, environment);
    const planned = await planPublish(await context.cloud(), loaded, { ...args, defaultStrategy });
    if (args.save !== undefined) await save(path.resolve(context.directory, args.save), planned);
    return planned;
  },
  render: ({ target, profiles }, paint, page) => [
    paint.dim(target),
    ...profiles.flatMap((profile) => ['', ...describePlan(profile, paint, page)]),
  ],
  failure: ({ profiles }) => {
    const refused = profiles.find(({ outcome }) => outcome === 'refused');
    return refused && new ContentRefused(refused.file, refused.problems);
  },
});

async function save(file: string, planned: Plan): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(planned, null, 2)}\n`);
  } catch (cause) {
    throw new UsageError(`${file} cannot be written`, { hint: 'Name another file with --save.', cause });
  }
}

/** One profile's plan; also what `publish` shows before it asks. */
export function describePlan(
  profile: ProfilePlan,
  paint: Paint,
  { columns }: Pick<Page, 'columns'>,
): readonly string[] {
  const head = wrap(`${paint.strong(profile.address)}  ${paint.dim(profile.file)}`, columns);
  const notes = profile.notes.map((note) => [paint.warn('!'), note] as const);
  const below = [...whatComes(profile, paint), ...notes];
  const lines = below.flatMap((fact) => factLines([fact], columns - 2)).map((line) => `  ${line}`);
  if (profile.outcome === 'refused') return [...head, ...describeProblems(profile, paint, columns), ...lines];
  return [...head, ...describeChanges(profile.changes, paint, columns), ...lines];
}

type Fact = readonly [mark: string, words: string];

function whatComes(profile: ProfilePlan, paint: Paint): readonly Fact[] {
  const { outcome, expectedVersion, failure, ahead = [] } = profile;
  switch (outcome) {
    case 'refused':
      return [];
    case 'unchanged':
      return [[paint.good('='), `unchanged: version ${expectedVersion} holds the same`]];
    case 'failed-lately':
      return [
        [
          paint.bad('✖'),
          `this content was taken back ${failure?.agoMinutes} min ago as version ${failure?.version}${failure?.why && `: ${failure.why}`}`,
        ],
        ['', `publish refuses it for an hour: change it, or say why it is safe now (--force -m "…")`],
      ];
    case 'queue-ahead':
      return [
        [
          paint.warn('!'),
          `${ahead.map(({ profile: name, version }) => `${name} v${version}`).join(', ')} ${ahead.length === 1 ? 'waits' : 'wait'} for this environment: publish with --queue to stand behind`,
        ],
        reach(profile),
      ];
    case 'busy':
      return [[paint.warn('!'), busyWords(profile)], reach(profile)];
    case 'publish':
      return [reach(profile)];
  }
}

function reach(profile: ProfilePlan): Fact {
  const { nodeCount, expectedVersion, priceUsd } = profile;
  const over = expectedVersion === 0 ? 'the first version' : `over version ${expectedVersion}`;
  const nodes = nodeCount === 0 ? 'no node reports yet' : `${count(nodeCount, 'node')}, about $${priceUsd}`;
  return ['→', `${over}, ${strategyWords(profile)}, ${nodes}`];
}

function strategyWords({ strategy, defaultStrategy }: ProfilePlan): string {
  if (strategy !== undefined) return strategy;
  return defaultStrategy === undefined ? 'default strategy' : `${defaultStrategy} by default`;
}

function busyWords({ running, address: at }: ProfilePlan): string {
  const environment = at.split('/').slice(0, 2).join('/');
  return `${environment} is busy: deployment ${running?.deployment} of ${running?.profile} is at ${running?.percentage} %`;
}

/** `veltrix plan`: what a publish would change, for whom, and at what price. */

import * as z from 'zod';
import { type Plan, type ProfilePlan, plan as planPublish } from '../../control/act/plan.js';
import { demandCluster } from '../../control/addressing.js';
import { demandEnvironment } from '../../control/files/workspace.js';
import { strategyNames } from '../../core/delivery/strategies.js';
import { ContentRefused } from '../../core/errors.js';
import { defineCommand } from '../command.js';
import { describeProblems } from '../failures.js';
import { address } from '../parse-arguments.js';
import { describeChanges } from '../terminal/changes.js';
import { count } from '../terminal/layout.js';
import type { Paint } from '../terminal/paint.js';

export const plan = defineCommand({
  args: z.object({ address, strategy: z.enum(strategyNames).optional() }),
  positional: ['address'],
  run: async ({ cloud, workspace }, args): Promise<Plan> => {
    const { application, environment } = demandCluster(args.address);
    const loaded = await (await workspace()).load(application);
    demandEnvironment(loaded.application, environment);
    return planPublish(await cloud(), loaded, args);
  },
  render: ({ target, profiles }, paint) => [
    paint.dim(target),
    ...profiles.flatMap((profile) => ['', ...describePlan(profile, paint)]),
  ],
  failure: ({ profiles }) => {
    const refused = profiles.find(({ outcome }) => outcome === 'refused');
    return refused && new ContentRefused(refused.file, refused.problems);
  },
});

/** One profile's plan; also what `publish` shows before it asks. */
export function describePlan(profile: ProfilePlan, paint: Paint): readonly string[] {
  const head = `${paint.strong(profile.address)}  ${paint.dim(profile.file)}`;
  const notes = profile.notes.map((note) => `  ${paint.warn('!')} ${note}`);
  switch (profile.outcome) {
    case 'refused':
      return [head, ...describeProblems(profile, paint), ...notes];
    case 'unchanged':
      return [
        head,
        `  ${paint.good('=')} unchanged: version ${profile.expectedVersion} holds the same`,
        ...notes,
      ];
    case 'busy':
      return [head, ...describeChanges(profile.changes, paint), describeBusy(profile, paint), ...notes];
    case 'publish':
      return [head, ...describeChanges(profile.changes, paint), describeReach(profile), ...notes];
  }
}

function describeReach({ nodeCount, strategy, expectedVersion, priceUsd }: ProfilePlan): string {
  const over = expectedVersion === 0 ? 'the first version' : `over version ${expectedVersion}`;
  const reach = nodeCount === 0 ? 'no node reports yet' : `${count(nodeCount, 'node')}, about $${priceUsd}`;
  return `  → ${over}, ${strategy ?? 'default strategy'}, ${reach}`;
}

function describeBusy({ running, address: at }: ProfilePlan, paint: Paint): string {
  const environment = at.split('/').slice(0, 2).join('/');
  return `  ${paint.warn('!')} ${environment} is busy: deployment ${running?.deployment} of ${running?.profile} is at ${running?.percentage} %`;
}

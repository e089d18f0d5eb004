/** `veltrix retire`: ends a profile, or deletes old versions of one. Shows what goes, and asks once. */

import * as z from 'zod';
import { demandApplicationProfile } from '../../../control/act/retire/facts.js';
import { fileNaming } from '../../../control/act/retire/named-in.js';
import { RetirementRefused } from '../../../control/act/retire/outcomes.js';
import {
  planRetirement,
  type RetirementDone,
  retire as retireProfile,
} from '../../../control/act/retire/retire.js';
import { planVersions, removeOldVersions, type VersionsPlan } from '../../../control/act/retire/versions.js';
import type { Cloud } from '../../../control/cloud.js';
import {
  type ApplicationProfile,
  versionsKeptDefault,
  versionsKeptMin,
} from '../../../core/delivery/retirement.js';
import { UsageError } from '../../../core/errors.js';
import {
  describeRetired,
  describeRetirementPlan,
  describeVersions,
  describeVersionsPlan,
} from '../../act/retire-lines.js';
import { type Context, defineCommand } from '../../command.js';
import { flag, message, wholeNumber } from '../../parse-arguments.js';
import { count } from '../../terminal/layout.js';

const argsSchema = z.object({
  profile: z.string(),
  message: message.optional(),
  versions: flag,
  keep: wholeNumber(versionsKeptMin, 999_999_999).optional(),
});
type Arguments = z.output<typeof argsSchema>;

export const retire = defineCommand({
  args: argsSchema,
  positional: ['profile'],
  async run(context, args): Promise<RetirementDone | VersionsPlan | undefined> {
    demandSense(args);
    const cloud = await context.cloud('change');
    const where = await demandApplicationProfile(cloud, args.profile);
    return args.versions
      ? removeVersions(context, cloud, { where, keep: args.keep ?? versionsKeptDefault })
      : endProfile(context, cloud, { where, reason: args.message ?? '' });
  },
  render: (answer, paint, page) =>
    'removes' in answer
      ? describeVersions(answer, { ...page, paint })
      : describeRetired(answer, { ...page, paint }),
});

function demandSense({ message: reason, versions, keep }: Arguments): void {
  const hint = 'Add --help to see what it takes.';
  if (!versions && reason === undefined)
    throw new UsageError('--message: say why, in one sentence: -m "…"', { hint });
  if (!versions && keep !== undefined) throw new UsageError('--keep: goes with --versions', { hint });
  if (versions && reason !== undefined)
    throw new UsageError('--message: nothing keeps a reason for versions that nobody needs', { hint });
}

async function endProfile(
  context: Context,
  cloud: Cloud,
  { where, reason }: { readonly where: ApplicationProfile; readonly reason: string },
): Promise<RetirementDone | undefined> {
  const namedIn = await fileNaming(() => context.workspace(), where);
  if (isAsked(context)) {
    const plan = await planRetirement(cloud, { where, namedIn });
    if (plan.obstacles.length > 0) throw new RetirementRefused(plan.profile, plan);
    show(context, describeRetirementPlan(plan, lookOf(context)));
    const question = `Delete ${plan.profile} and ${count(plan.versions, 'version')} for good?`;
    if (!(await isConfirmed(context, question))) return undefined;
  }
  const order = { where, namedIn, reason, author: context.author(), onProgress: progressOf(context) };
  return ended(context, await retireProfile(cloud, order));
}

async function removeVersions(
  context: Context,
  cloud: Cloud,
  question: { readonly where: ApplicationProfile; readonly keep: number },
): Promise<VersionsPlan | undefined> {
  const plan = await planVersions(cloud, question);
  if (plan.removes.length === 0) return plan;
  if (isAsked(context)) {
    show(context, describeVersionsPlan(plan, lookOf(context)));
    const question = `Delete ${count(plan.removes.length, 'version')} of ${plan.profile} for good?`;
    if (!(await isConfirmed(context, question))) return undefined;
  }
  const order = { ...question, agreed: plan.removes, onProgress: progressOf(context) };
  return ended(context, await removeOldVersions(cloud, order));
}

const isAsked = ({ yes, json, screen }: Context): boolean => !yes && !json && screen.isTerminal;

const lookOf = ({ screen: { paint, columns, isTerminal } }: Context) => ({ paint, columns, isTerminal });

function show({ screen }: Context, lines: readonly string[]): void {
  for (const line of lines) screen.line(line);
}

async function isConfirmed({ confirm, screen }: Context, question: string): Promise<boolean> {
  if (await confirm(question)) return true;
  screen.line('Nothing was deleted.');
  return false;
}

const progressOf =
  ({ json, screen }: Context) =>
  (left: number): void =>
    json ? undefined : screen.repaint([`  ${count(left, 'version')} left`]);

function ended<Answer>({ json, screen }: Context, answer: Answer): Answer {
  if (!json) screen.repaint([]);
  return answer;
}

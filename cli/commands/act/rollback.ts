/** `veltrix rollback`: undo, in every state. Shows what comes back, asks once, and waits until the nodes prove it. */

import * as z from 'zod';
import { NotConverged } from '../../../control/act/outcomes.js';
import { planRollback, type RollbackPlan } from '../../../control/act/rollback/plan.js';
import { type Proof, proveRollback, queuedOf, withoutAny } from '../../../control/act/rollback/proof.js';
import { rollback as undo } from '../../../control/act/rollback/rollback.js';
import { demandProfile } from '../../../control/addressing.js';
import type { Cloud } from '../../../control/cloud.js';
import { filesAtHand, readDrift } from '../../../control/see/status/file-drift.js';
import { formatCluster, type ProfileAddress } from '../../../core/addresses.js';
import type { DeploymentSummary } from '../../../core/delivery/deployments.js';
import { followProfile } from '../../act/follow.js';
import { describeRollback, describeRollbackPlan, type RollbackAnswer } from '../../act/rollback-lines.js';
import { type Context, defineCommand } from '../../command.js';
import { address, duration, flag, message, wholeNumber } from '../../parse-arguments.js';

/** AppConfig undoes within seconds; nodes follow at their next polls. */
const defaultTimeoutMs = 10 * 60 * 1000;

const argsSchema = z.object({
  address,
  to: wholeNumber(1, 999_999_999).optional(),
  message: message.default(''),
  stopOther: flag,
  wait: z.boolean().default(true),
  timeout: duration.default(defaultTimeoutMs),
});
type Arguments = z.output<typeof argsSchema>;

export const rollback = defineCommand({
  args: argsSchema,
  positional: ['address'],
  async run(context, args): Promise<RollbackAnswer | undefined> {
    const cloud = await context.cloud('change');
    const where = demandProfile(args.address);
    const plan = await planRollback(cloud, { address: where, to: args.to ?? args.address.version });
    if (plan.outcome === 'undo' && !(await isAgreed(context, cloud, { plan, args }))) return undefined;
    return carryOut(context, cloud, { where, plan, args });
  },
  render: (answer, paint, page) => describeRollback(answer, { ...page, paint }),
  failure: ({ address: at, proof }) => failureOf(at, proof),
});

interface Intent {
  readonly plan: RollbackPlan;
  readonly args: Arguments;
}

/** One question; what stands in the way is part of it. A script says --yes, and --stop-other where it means that too. */
async function isAgreed(context: Context, cloud: Cloud, { plan, args }: Intent): Promise<boolean> {
  const { screen } = context;
  if (context.yes || context.json || !screen.isTerminal) return true;
  const now = new Date(cloud.clock()).toISOString();
  for (const line of describeRollbackPlan(plan, now, screenLook(context))) screen.line(line);
  const other = plan.inTheWay && !args.stopOther ? `Stop ${plan.inTheWay.profile}, and roll` : 'Roll';
  const back = plan.back === undefined ? 'it back' : `back to version ${plan.back.version}`;
  if (await context.confirm(`${other} ${plan.address} ${back}?`)) return true;
  screen.line('Nothing was rolled back.');
  return false;
}

const screenLook = ({ screen }: Context) => ({
  paint: screen.paint,
  columns: screen.columns,
  isTerminal: screen.isTerminal,
});

interface Action extends Intent {
  readonly where: ProfileAddress;
}

async function carryOut(context: Context, cloud: Cloud, action: Action): Promise<RollbackAnswer> {
  const { where, plan } = action;
  const { goal, inTheWay: _inTheWay, ...shown } = plan;
  const done =
    plan.outcome === 'undo'
      ? await undo(cloud, orderOf(context, action))
      : { how: 'none' as const, inForce: goal.back };
  const proof = await prove(context, cloud, { ...action, inForce: done.inForce });
  const fileDrift = await readDrift(filesAtHand(context.workspace), where, {
    standing: [done.inForce?.label],
    withdrawn: [goal.undoes.label],
  });
  return {
    ...shown,
    how: done.how,
    ...('stoppedOther' in done && done.stoppedOther && { stoppedOther: done.stoppedOther }),
    ...('notKept' in done && done.notKept !== undefined && { notKept: done.notKept }),
    ...(proof && { proof }),
    ...(fileDrift && { fileDrift }),
    queued: await queuedOf(cloud, where),
    ...(plan.back === undefined && { note: withoutAny(where) }),
  };
}

function orderOf(context: Context, { where, plan, args }: Action) {
  const isAsked = !context.yes && !context.json && context.screen.isTerminal;
  // What comes into the way later was shown to nobody.
  const agreedOther = isAsked || args.stopOther ? plan.inTheWay?.deployment : undefined;
  return {
    address: where,
    goal: plan.goal,
    author: context.author(),
    reason: args.message,
    mayStop: ({ number }: DeploymentSummary) => number === agreedOther,
    timeoutMs: args.timeout,
    signal: context.signal,
  };
}

/** What is on its way is not in force yet: whoever rolls it out waits for it. */
function prove(
  context: Context,
  cloud: Cloud,
  { where, plan, args, inForce }: Action & { readonly inForce: DeploymentSummary | undefined },
): Promise<Proof> | undefined {
  if (!args.wait || inForce?.state !== 'COMPLETE') return undefined;
  return proveRollback(cloud, {
    address: where,
    undone: plan.goal.undoes.number,
    inForce,
    timeoutMs: args.timeout,
    signal: context.signal,
    onProgress: followProfile(context, cloud, where),
  });
}

function failureOf(at: string, proof: Proof | undefined): NotConverged | undefined {
  if (proof === undefined || proof.kind === 'proved') return undefined;
  const [application = '', environment = ''] = at.split('/');
  const hint = `See \`veltrix nodes ${formatCluster({ application, environment })} --behind\`.`;
  if (proof.kind === 'unknown') {
    return new NotConverged(`${at} is undone, but nodes cannot prove it: ${proof.why}`, { hint, behind: [] });
  }
  return new NotConverged(`${proof.held} of ${proof.of} nodes followed the rollback of ${at}`, {
    hint,
    behind: proof.laggards.map(({ node }) => node),
  });
}

/** `veltrix publish`: the gate. Shows what changes, asks where somebody can be asked, and says how to follow it. */

import * as z from 'zod';
import { demandAfter } from '../../../control/act/after.js';
import { FileRefused, QueueHeld } from '../../../control/act/outcomes.js';
import { type ProfilePlan, plan } from '../../../control/act/plan/plan.js';
import { demandVersions, type Planned, runningOf } from '../../../control/act/planned.js';
import {
  type Published,
  prepare,
  publish as publishFile,
  publishOrQueue,
  type Queued,
  waitFor,
} from '../../../control/act/publish.js';
import { aheadOf, waitForTurn } from '../../../control/act/queue.js';
import type { Progress } from '../../../control/act/wait.js';
import { demandCluster, demandProfile } from '../../../control/addressing.js';
import type { Cloud } from '../../../control/cloud.js';
import type { PreparedFile } from '../../../control/files/check.js';
import {
  demandEnvironment,
  type LoadedApplication,
  type Workspace,
} from '../../../control/files/workspace.js';
import { rolloutPace } from '../../../control/see/status/rollout-pace.js';
import { type Address, formatCluster, type ProfileAddress } from '../../../core/addresses.js';
import { strategyNames } from '../../../core/delivery/strategies.js';
import { UsageError } from '../../../core/errors.js';
import { followProfile } from '../../act/follow.js';
import { gitStateOf } from '../../act/git.js';
import { describePublished, type Fleet, type PublishAnswer } from '../../act/published-lines.js';
import { type Context, defineCommand } from '../../command.js';
import { defaultStrategyOf } from '../../home.js';
import { address, duration, flag, message, wholeNumber } from '../../parse-arguments.js';
import { describePlan } from './plan.js';
import { isChange, publishPlanned } from './publish-planned.js';

/** The longest strategy takes 30 minutes and nodes poll after it. */
const defaultTimeoutMs = 45 * 60 * 1000;

const argsSchema = z.object({
  address,
  message,
  strategy: z.enum(strategyNames, { error: `expected one of ${strategyNames.join(', ')}` }).optional(),
  expect: wholeNumber(0, 999_999_999).optional(),
  queue: flag,
  force: flag,
  after: address.optional(),
  wait: flag,
  complete: flag,
  planned: z.string().min(1).optional(),
  timeout: duration.default(defaultTimeoutMs),
});
type Arguments = z.output<typeof argsSchema>;

export const publish = defineCommand({
  args: argsSchema,
  positional: ['address'],
  async run(context, args): Promise<PublishAnswer | undefined> {
    const workspace = await context.workspace();
    const loaded = await loadFor(workspace, args.address);
    const cloud = await context.cloud('change');
    const base = { cloud, workspace, loaded, args };
    if (args.planned !== undefined) return publishAll(context, base, args.planned);
    const where = await demandOneProfile(cloud, loaded, args.address);
    return publishOne(context, { ...base, where, prepared: await prepare(loaded, where) });
  },
  render: (answer, paint, page) => describePublished(answer, { ...page, paint }),
});

async function publishOne(context: Context, proposal: Proposal): Promise<PublishAnswer | undefined> {
  const { after: name } = proposal.args;
  const after = name && (await checkAfter(proposal, name));
  const agreed = await ask(context, proposal);
  if (agreed === 'declined') return undefined;
  const sent = await send(context, proposal, agreed);
  return { ...(await conclude(context, proposal, sent)), ...(after && { after }) };
}

/** Shows each as it ends, so that nothing is left to show. */
async function publishAll(
  context: Context,
  base: Omit<Proposal, 'where' | 'prepared'>,
  file: string,
): Promise<undefined> {
  const { args, loaded } = base;
  const proposalOf = ({ address: where, prepared, expectedVersion }: Planned): Proposal => ({
    ...base,
    where,
    prepared,
    args: { ...args, expect: expectedVersion },
  });
  await publishPlanned(context, {
    file,
    address: args.address,
    loaded,
    check: async (planned) => {
      await demandVersions(base.cloud, planned);
      if (args.after === undefined) return;
      for (const each of planned.filter(isChange)) await checkAfter(proposalOf(each), args.after);
    },
    publish: async (planned) => publishOne(context, proposalOf(planned)),
    settle: async (planned) => {
      await demandVersions(base.cloud, [planned]);
      const running = await runningOf(base.cloud, planned.address);
      if (running?.label === undefined || !waits(args)) return;
      await follow(context, proposalOf(planned), { label: running.label, deployment: running.number });
    },
  });
}

async function loadFor(
  workspace: Workspace,
  { application, environment }: Address,
): Promise<LoadedApplication> {
  if (application === undefined) throw new UsageError('Which application?', { hint: 'Write an address.' });
  const loaded = await workspace.load(application);
  if (environment !== undefined) demandEnvironment(loaded.application, environment);
  return loaded;
}

/** Without a profile nobody guesses: those with something to publish are offered. */
async function demandOneProfile(
  cloud: Cloud,
  loaded: LoadedApplication,
  where: Address,
): Promise<ProfileAddress> {
  if (where.profile !== undefined || where.environment === undefined) return demandProfile(where);
  const { cluster, profiles } = await plan(cloud, loaded, { address: where });
  const changed = profiles.filter(({ outcome }) => outcome !== 'unchanged');
  const hint =
    changed.length === 0
      ? 'None has changed.'
      : `Changed: ${changed.map((profile) => `veltrix publish ${profile.address} -m "…"`).join('; ')}`;
  throw new UsageError(`Which profile of ${cluster}?`, { hint });
}

interface Proposal {
  readonly cloud: Cloud;
  readonly workspace: Workspace;
  readonly loaded: LoadedApplication;
  readonly where: ProfileAddress;
  readonly prepared: PreparedFile;
  readonly args: Arguments;
}

function checkAfter({ cloud, workspace, loaded, where, prepared }: Proposal, after: Address) {
  const isCommitted = (file: string) => {
    const { kind } = gitStateOf(workspace.root, file);
    return kind === 'outside' ? undefined : kind === 'committed';
  };
  return demandAfter(cloud, loaded, { address: where, prepared, after: demandCluster(after), isCommitted });
}

/** What was agreed to: the version to build on, where a plan was made over one. */
type Agreement = 'declined' | { readonly expectedVersion?: number };

/** Asks on a terminal only: a script that gives a reason means it. What changes while somebody thinks is a conflict. */
async function ask(context: Context, proposal: Proposal): Promise<Agreement> {
  if (context.yes || context.json || !context.screen.isTerminal) return {};
  const { cloud, loaded, where, prepared, args } = proposal;
  const defaultStrategy = await defaultStrategyOf(context, where.environment);
  const request = { address: where, prepared, strategy: args.strategy, defaultStrategy };
  const planned = await plan(cloud, loaded, request);
  const [profile] = planned.profiles;
  if (profile === undefined) return {};
  const { expectedVersion } = profile;
  if (profile.outcome === 'unchanged') return { expectedVersion };
  if (profile.outcome === 'refused') throw refusal(profile, where.environment);
  const { screen } = context;
  screen.line(screen.paint.dim(planned.target));
  for (const line of describePlan(profile, screen.paint, screen)) screen.line(line);
  if (await context.confirm(questionOf(proposal))) return { expectedVersion };
  screen.line('Nothing was published.');
  return 'declined';
}

function questionOf({ where, args }: Proposal): string {
  const cluster = formatCluster(where);
  if (args.strategy === 'immediate') return `Publish to all of ${cluster} at once, without a guard?`;
  return args.queue ? `Publish to ${cluster}, when its turn comes?` : `Publish to ${cluster}?`;
}

const refusal = (profile: ProfilePlan, environment: string): FileRefused =>
  new FileRefused(profile, { environment, deployedVersion: profile.expectedVersion });

/** Whoever waits for a turn builds on what is deployed by then, unless a version was named. */
function send(
  context: Context,
  { cloud, workspace, loaded, where, prepared, args }: Proposal,
  agreed: Exclude<Agreement, 'declined'>,
): Promise<Published | Queued> {
  const git = gitStateOf(workspace.root, prepared.file);
  const order = {
    address: where,
    prepared,
    author: context.author(),
    reason: args.message,
    strategy: args.strategy,
    commit: git.kind === 'committed' ? git.commit : undefined,
    force: args.force ? args.message : undefined,
  };
  if (args.queue) return publishOrQueue(cloud, loaded, { ...order, expectedVersion: args.expect });
  return publishFile(cloud, loaded, { ...order, expectedVersion: args.expect ?? agreed.expectedVersion });
}

const waits = ({ wait, complete }: Arguments): boolean => wait || complete;

async function conclude(
  context: Context,
  proposal: Proposal,
  sent: Published | Queued,
): Promise<PublishAnswer> {
  const { cloud, where, args } = proposal;
  if (!('place' in sent)) {
    return waits(args) ? { ...sent, fleet: await follow(context, proposal, sent) } : sent;
  }
  if (sent.held !== undefined) throw new QueueHeld(sent.address, { version: sent.version, why: sent.held });
  if (waits(args)) return followFromQueue(context, proposal, sent);
  return { ...sent, ahead: aheadOf(await cloud.queue(where), sent.place) };
}

/** First its turn, then the fleet. */
async function followFromQueue(context: Context, proposal: Proposal, sent: Queued): Promise<PublishAnswer> {
  const { cloud, where, args } = proposal;
  const { label, version } = sent;
  const show = followProfile(context, cloud, where);
  const carried = await waitForTurn(cloud, {
    address: where,
    label,
    version,
    timeoutMs: args.timeout,
    signal: context.signal,
    onProgress: show,
  });
  const { place: _place, held: _held, superseded: _superseded, ...place } = sent;
  const published: Published = { ...place, ...carried, unchanged: false };
  return { ...published, fleet: await follow(context, proposal, published) };
}

async function follow(
  context: Context,
  { cloud, where, args }: Proposal,
  { label, deployment }: Pick<Published, 'label' | 'deployment'>,
): Promise<Fleet> {
  const progress = await waitFor(cloud, where, {
    label,
    deployment,
    timeoutMs: args.timeout,
    signal: context.signal,
    until: args.complete ? 'complete' : 'held',
    onProgress: followProfile(context, cloud, where),
  });
  return fleetOf(progress);
}

function fleetOf({ deployment, rollout, ...fleet }: Progress): Fleet {
  const { bakesUntil } = rolloutPace(deployment);
  const guard = rollout?.guard && (rollout.guard.blind ? 'blind' : 'looking');
  return { ...fleet, ...(guard && { guard }), ...(bakesUntil !== undefined && { bakesUntil }) };
}

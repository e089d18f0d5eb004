/** `veltrix publish`: the gate. Shows what changes, asks where somebody can be asked, and says how to follow it. */

import * as z from 'zod';
import { FileRefused } from '../../control/act/outcomes.js';
import { type ProfilePlan, plan } from '../../control/act/plan.js';
import { type Published, prepare, publish as publishFile, waitFor } from '../../control/act/publish.js';
import { awaitedCount, type Progress } from '../../control/act/wait.js';
import { demandProfile } from '../../control/addressing.js';
import type { Cloud } from '../../control/cloud.js';
import type { PreparedFile } from '../../control/files/check.js';
import { demandEnvironment, type LoadedApplication } from '../../control/files/workspace.js';
import { type Address, formatCluster, type ProfileAddress } from '../../core/addresses.js';
import { strategyNames } from '../../core/delivery/strategies.js';
import { UsageError } from '../../core/errors.js';
import { type Context, defineCommand } from '../command.js';
import { address, duration, flag, wholeNumber } from '../parse-arguments.js';
import { bar, count, duration as inWords } from '../terminal/layout.js';
import type { Paint } from '../terminal/paint.js';
import { describePlan } from './plan.js';

/** The longest strategy takes 30 minutes and nodes poll after it. */
const defaultTimeoutMs = 45 * 60 * 1000;

const argsSchema = z.object({
  address,
  message: z
    .string({ error: 'say why, in one sentence: -m "…"' })
    .trim()
    .min(1, 'say why, in one sentence: -m "…"')
    .max(500, 'keep it within 500 characters'),
  strategy: z.enum(strategyNames, { error: `expected one of ${strategyNames.join(', ')}` }).optional(),
  expect: wholeNumber(0, 999_999_999).optional(),
  wait: flag,
  timeout: duration.default(defaultTimeoutMs),
});
type Arguments = z.output<typeof argsSchema>;

type Result = Published & { readonly fleet?: Progress };

export const publish = defineCommand({
  args: argsSchema,
  positional: ['address'],
  async run(context, args): Promise<Result | undefined> {
    const loaded = await loadFor(context, args.address);
    const cloud = await context.cloud();
    const where = await demandOneProfile(cloud, loaded, args.address);
    const prepared = await prepare(loaded, where);
    const agreed = await ask(context, { cloud, loaded, where, prepared, strategy: args.strategy });
    if (agreed === 'declined') return undefined;
    const published = await publishFile(cloud, loaded, {
      address: where,
      prepared,
      author: context.author(),
      reason: args.message,
      strategy: args.strategy,
      expectedVersion: args.expect ?? agreed.expectedVersion,
    });
    return args.wait
      ? { ...published, fleet: await follow(context, cloud, { where, published, args }) }
      : published;
  },
  render,
});

async function loadFor(context: Context, { application, environment }: Address): Promise<LoadedApplication> {
  const workspace = await context.workspace();
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
  readonly loaded: LoadedApplication;
  readonly where: ProfileAddress;
  readonly prepared: PreparedFile;
  readonly strategy: Arguments['strategy'];
}

/** What was agreed to: the version to build on, where a plan was made over one. */
type Agreement = 'declined' | { readonly expectedVersion?: number };

/** Asks on a terminal only: a script that gives a reason means it. What changes while somebody thinks is a conflict. */
async function ask(context: Context, proposal: Proposal): Promise<Agreement> {
  if (context.yes || context.json || !context.screen.isTerminal) return {};
  const { cloud, loaded, where, prepared, strategy } = proposal;
  const planned = await plan(cloud, loaded, { address: where, prepared, strategy });
  const [profile] = planned.profiles;
  if (profile === undefined) return {};
  const { expectedVersion } = profile;
  if (profile.outcome === 'unchanged') return { expectedVersion };
  if (profile.outcome === 'refused') throw refusal(profile, where.environment);
  const { screen } = context;
  screen.line(screen.paint.dim(planned.target));
  for (const line of describePlan(profile, screen.paint)) screen.line(line);
  if (await context.confirm(`Publish to ${formatCluster(where)}?`)) return { expectedVersion };
  screen.line('Nothing was published.');
  return 'declined';
}

const refusal = (profile: ProfilePlan, environment: string): FileRefused =>
  new FileRefused(profile, { environment, deployedVersion: profile.expectedVersion });

interface Following {
  readonly where: ProfileAddress;
  readonly published: Published;
  readonly args: Arguments;
}

async function follow(
  { screen, signal, json }: Context,
  cloud: Cloud,
  following: Following,
): Promise<Progress> {
  const { where, published, args } = following;
  return waitFor(cloud, where, {
    label: published.label,
    deployment: published.deployment,
    timeoutMs: args.timeout,
    signal,
    onProgress: (progress) => {
      if (!json) screen.repaint([describeProgress(progress, screen.paint)]);
    },
  });
}

function describeProgress(progress: Progress, paint: Paint): string {
  const held = `${progress.holding.length}/${count(awaitedCount(progress), 'node')}`;
  return `  offered ${paint.code(bar(progress.percentage))} ${progress.percentage} %   held by ${held}   ${inWords(progress.elapsedMs)}`;
}

function render(result: Result, paint: Paint): readonly string[] {
  const {
    address: at,
    version,
    label,
    previousVersion,
    unchanged,
    strategy,
    deployment,
    fleet,
    target,
  } = result;
  const head = unchanged
    ? `${paint.good('=')} ${paint.strong(at)}: unchanged, nothing done (version ${version} holds the same)`
    : `${paint.good('✔')} ${paint.strong(at)}: version ${version} ← ${previousVersion === 0 ? 'nothing' : previousVersion}  ${paint.dim(label)}`;
  const lines = [head];
  if (!unchanged)
    lines.push(`  deployment ${deployment}, ${strategy ?? 'default strategy'}, ${paint.dim(target)}`);
  if (fleet) lines.push(describeArrival(fleet, paint));
  else if (!unchanged)
    lines.push(`  ${paint.dim('→ follow it:')} ${paint.code(`veltrix status ${at} --watch`)}`);
  return lines;
}

function describeArrival(fleet: Progress, paint: Paint): string {
  const nodes = awaitedCount(fleet);
  if (nodes === 0) return `  ${paint.warn('!')} no node reports; it is offered to all`;
  return `  ${paint.good('✔')} ${fleet.holding.length}/${count(nodes, 'node')} hold it after ${inWords(fleet.elapsedMs)}`;
}

/** Deploys a CDK cloud assembly to the local AWS. See behaviour.md. */
import type { Aws, Identity } from '../kernel/aws.js';
import { type ApplyContext, createProgress } from './apply/context.js';
import { removeResources } from './apply/removal.js';
import { applyStack } from './apply/stack-run.js';
import { type Assembly, readAssembly, type StackArtifact } from './assembly/assembly.js';
import { DeployError, type DeployProblem } from './errors.js';
import type { DeployOptions, DeployResult, StackResult } from './progress.js';
import { resourceHandlers } from './resources/registry.js';
import type { DeployState, StackState } from './state.js';
import { planStack, type StackPlan } from './template/plan.js';

export interface DeployDeps {
  readonly aws: Aws;
  readonly identity: Identity;
  /** Changed by the deployment; plain JSON, for whoever keeps it. */
  readonly state: DeployState;
}

/**
 * Brings the local AWS to what the assembly in `directory` names. Everything is understood before anything is touched:
 * what is not known is DeployError (TemplateRefused). A resource that fails is DeployError (ResourceFailed), its stack
 * rolled back, earlier stacks deployed. One deployment at a time: the caller sees to that.
 */
export async function deployAssembly(
  deps: DeployDeps,
  directory: string,
  options: DeployOptions = {},
): Promise<DeployResult> {
  const assembly = await readAssembly(directory);
  const plans = planAll(deps, assembly);
  Object.assign(deps.state.assets, assembly.assets);
  const missing = options.destroyMissing ? missingStacks(deps.state, assembly) : [];
  const progress = createProgress(countResources(deps.state, plans, missing), options.onProgress);
  const context: ApplyContext = { ...deps, handlers: resourceHandlers, progress };
  const stacks: StackResult[] = [];
  for (const plan of plans) stacks.push(await applyStack(context, plan));
  for (const name of missing) stacks.push(await destroyStack(context, name));
  return { stacks };
}

function planAll(deps: DeployDeps, assembly: Assembly): StackPlan[] {
  const problems: DeployProblem[] = [];
  const plans: StackPlan[] = [];
  const exports = new Set(Object.values(deps.state.stacks).flatMap((stack) => Object.keys(stack.exports)));
  for (const artifact of assembly.stacks) {
    problems.push(...environmentProblems(artifact, deps.identity));
    const facts = { name: artifact.name, identity: deps.identity };
    const planned = planStack(artifact, { ...facts, handlers: resourceHandlers, exports });
    if ('problems' in planned) problems.push(...planned.problems);
    else {
      plans.push(planned.plan);
      for (const { exportName } of planned.plan.outputs) if (exportName) exports.add(exportName);
    }
  }
  if (problems.length > 0) throw new DeployError('TemplateRefused', problems);
  return plans;
}

/** A stack that is bound to another account or region carries that in its ARNs, and would not work here. */
function environmentProblems(artifact: StackArtifact, identity: Identity): DeployProblem[] {
  const [, account, region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(artifact.environment) ?? [];
  const isHere = (value: string | undefined, here: string) =>
    value === undefined || value.startsWith('unknown-') || value === here;
  if (isHere(account, identity.accountId) && isHere(region, identity.region)) return [];
  const here = `aws://${identity.accountId}/${identity.region}`;
  const reason = `is bound to ${artifact.environment}, this local AWS is ${here}: synthesize it without an environment, or for this one`;
  return [{ stack: artifact.name, reason }];
}

/** Stacks that are deployed and not in the assembly, the last deployed first. */
function missingStacks(state: DeployState, assembly: Assembly): string[] {
  const present = new Set(assembly.stacks.map((stack) => stack.name));
  return Object.entries(state.stacks)
    .filter(([name]) => !present.has(name))
    .sort(([, a], [, b]) => b.order - a.order)
    .map(([name]) => name);
}

function countResources(state: DeployState, plans: readonly StackPlan[], missing: readonly string[]): number {
  const countOf = (stack: StackState | undefined) => Object.keys(stack?.resources ?? {});
  const planned = plans.map((plan) => {
    const ids = plan.resources.map((one) => one.logicalId);
    return new Set([...ids, ...countOf(state.stacks[plan.name])]).size;
  });
  const leaving = missing.map((name) => countOf(state.stacks[name]).length);
  return [...planned, ...leaving].reduce((sum, count) => sum + count, 0);
}

async function destroyStack(context: ApplyContext, name: string): Promise<StackResult> {
  const stack = context.state.stacks[name];
  const leaving = Object.entries(stack?.resources ?? {}).map(([logicalId, resource]) => ({
    logicalId,
    resource,
  }));
  const retained = await removeResources(context, name, leaving);
  const failed = retained.filter((one) => one.reason.startsWith('DELETE_FAILED'));
  if (!stack || failed.length === 0) delete context.state.stacks[name];
  else {
    const ids = new Set(failed.map((one) => one.logicalId));
    const left = Object.entries(stack.resources).filter(([id]) => ids.has(id));
    context.state.stacks[name] = { ...stack, fingerprint: '', resources: Object.fromEntries(left) };
    throw new DeployError(
      'ResourceFailed',
      failed.map(({ logicalId, type, reason }) => ({ stack: name, logicalId, type, reason })),
    );
  }
  return { name, outcome: 'deleted', outputs: {}, retained };
}

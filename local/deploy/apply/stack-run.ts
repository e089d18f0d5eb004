/**
 * Brings one stack to its template: makes and changes resources in order, undoes this run's work when one fails, and
 * removes in the end what is not needed any more.
 */
import { createHash } from 'node:crypto';
import { DeployError, type DeployProblem } from '../errors.js';
import type { RetainedResource, StackResult } from '../progress.js';
import type { ResourceState, StackState } from '../state.js';
import { resolveReferences } from '../template/dynamic-references.js';
import { evaluate, type Scope } from '../template/intrinsics.js';
import type { PlannedResource, StackPlan } from '../template/plan.js';
import { canonical, changedMembers } from './canonical.js';
import type { ApplyContext } from './context.js';
import { resourceContext } from './context.js';
import { parameterNamed } from './parameters.js';
import { type Leaving, removeResources } from './removal.js';
import { type JournalEntry, rollBack } from './rollback.js';

/** Deploys a stack. Throws DeployError (ResourceFailed) after undoing what it did. */
export async function applyStack(context: ApplyContext, plan: StackPlan): Promise<StackResult> {
  return await new StackRun(context, plan).run();
}

class StackRun {
  private readonly context: ApplyContext;
  private readonly plan: StackPlan;
  private readonly old: StackState | undefined;
  private readonly resources: Record<string, ResourceState>;
  private readonly journal: JournalEntry[] = [];
  private readonly leaving: Leaving[] = [];
  private readonly present: ReadonlySet<string>;

  constructor(context: ApplyContext, plan: StackPlan) {
    this.context = context;
    this.plan = plan;
    this.old = context.state.stacks[plan.name];
    this.resources = { ...this.old?.resources };
    this.present = new Set(plan.resources.map((one) => one.logicalId));
  }

  async run(): Promise<StackResult> {
    const fingerprint = this.fingerprint();
    if (this.old?.fingerprint === fingerprint) return this.unchanged(this.old);
    for (const planned of this.plan.resources) await this.attempt(planned);
    const { outputs, exports } = await this.placed(undefined, () => this.evaluateOutputs());
    this.noteLeavers();
    const retained = await removeResources(this.context, this.plan.name, this.leaving);
    const order = this.old?.order ?? nextOrder(Object.values(this.context.state.stacks));
    const { imports } = this.plan;
    this.context.state.stacks[this.plan.name] = {
      fingerprint,
      resources: this.resources,
      outputs,
      exports,
      imports: [...imports],
      order,
    };
    return this.result(outputs, retained);
  }

  private unchanged(old: StackState): StackResult {
    for (const _ of this.plan.resources) this.context.progress.finish();
    return { name: this.plan.name, outcome: 'unchanged', outputs: old.outputs, retained: [] };
  }

  private result(outputs: Record<string, string>, retained: RetainedResource[]): StackResult {
    const touched = this.journal.length > 0 || this.leaving.length > 0;
    const outcome = this.old ? (touched ? 'updated' : 'unchanged') : 'created';
    return { name: this.plan.name, outcome, outputs, retained };
  }

  private fingerprint(): string {
    const imported = this.plan.imports.map((name) => this.importValue(name));
    return createHash('sha256')
      .update(JSON.stringify([this.plan.source, imported]))
      .digest('hex');
  }

  private async attempt(planned: PlannedResource): Promise<void> {
    await this.placed(planned, async () => {
      const path = ['Resources', planned.logicalId, 'Properties'];
      const evaluated = evaluate(planned.definition.Properties, this.scope(), path);
      const properties = resolveReferences(evaluated, (name) =>
        parameterNamed(name, this.context.state, this.resources),
      );
      await this.bring(planned, properties as Record<string, unknown>);
    });
    this.context.progress.finish();
  }

  /** Creates, changes, replaces or leaves a resource. */
  private async bring(planned: PlannedResource, properties: Record<string, unknown>): Promise<void> {
    const before = this.resources[planned.logicalId];
    if (!before) return await this.create(planned, properties, undefined);
    const changed = changedMembers(before.properties, properties);
    if (before.type !== planned.definition.Type || (changed.size > 0 && planned.handler.mustReplace(changed)))
      return await this.create(planned, properties, before);
    if (changed.size > 0) return await this.update(planned, before, { properties, changed });
    this.resources[planned.logicalId] = { ...before, ...bookkeeping(planned) };
  }

  private async create(
    planned: PlannedResource,
    properties: Record<string, unknown>,
    replaced: ResourceState | undefined,
  ): Promise<void> {
    if (replaced) refuseCollision(planned, replaced, properties);
    const tell = this.teller(planned, replaced ? 'replace' : 'create');
    tell('started');
    const context = resourceContext(this.context, this.plan.name, planned.logicalId);
    const made = await planned.handler.create(context, properties);
    const after = stateOf(planned, properties, { attributes: {}, ...made });
    this.resources[planned.logicalId] = after;
    this.journal.push({ kind: 'created', logicalId: planned.logicalId, before: replaced, after });
    if (replaced)
      this.leaving.push({
        logicalId: planned.logicalId,
        resource: { ...replaced, deletionPolicy: planned.definition.UpdateReplacePolicy },
      });
    tell('done');
  }

  private async update(
    planned: PlannedResource,
    before: ResourceState,
    change: { properties: Record<string, unknown>; changed: ReadonlySet<string> },
  ): Promise<void> {
    const tell = this.teller(planned, 'update');
    tell('started');
    const { logicalId, handler } = planned;
    // Noted before it happens: an update that fails half way is undone as well.
    const intended = stateOf(planned, change.properties, before);
    this.journal.push({ kind: 'updated', logicalId, before, after: intended });
    const context = resourceContext(this.context, this.plan.name, logicalId);
    const made = await handler.update(context, before, change);
    this.resources[logicalId] = stateOf(planned, change.properties, {
      attributes: before.attributes,
      ...made,
    });
    tell('done');
  }

  private teller(planned: PlannedResource, action: 'create' | 'replace' | 'update') {
    const about = {
      stack: this.plan.name,
      logicalId: planned.logicalId,
      type: planned.definition.Type,
      action,
    };
    return (status: 'done' | 'started') => this.context.progress.tell({ ...about, status });
  }

  /** Runs a step; when it fails, undoes this run and throws with the place. */
  private async placed<T>(planned: PlannedResource | undefined, step: () => Promise<T> | T): Promise<T> {
    try {
      return await step();
    } catch (error) {
      const problem = this.problemOf(planned, error);
      if (planned) this.tellFailure(planned, problem.reason);
      throw new DeployError('ResourceFailed', [problem, ...(await this.undo())]);
    }
  }

  private problemOf(planned: PlannedResource | undefined, error: unknown): DeployProblem {
    const reason = error instanceof Error ? error.message : String(error);
    if (!planned) return { stack: this.plan.name, reason };
    const { logicalId } = planned;
    const verb = this.old?.resources[logicalId] ? 'UPDATE_FAILED' : 'CREATE_FAILED';
    return { stack: this.plan.name, logicalId, type: planned.definition.Type, reason: `${verb}: ${reason}` };
  }

  private tellFailure(planned: PlannedResource, reason: string): void {
    const { logicalId } = planned;
    const action = this.old?.resources[logicalId] ? 'update' : 'create';
    const about = { stack: this.plan.name, logicalId, type: planned.definition.Type, action } as const;
    this.context.progress.tell({ ...about, status: 'failed', reason });
  }

  private async undo(): Promise<readonly DeployProblem[]> {
    const { problems, left } = await rollBack(this.context, this.plan.name, this.journal);
    const { stacks } = this.context.state;
    const name = this.plan.name;
    if (this.old || Object.keys(left).length > 0) {
      const empty = { outputs: {}, exports: {}, imports: [], order: nextOrder(Object.values(stacks)) };
      const kept = { ...(this.old ?? { ...empty, resources: {} }) };
      stacks[name] = {
        ...kept,
        fingerprint: problems.length > 0 ? '' : (this.old?.fingerprint ?? ''),
        resources: { ...kept.resources, ...left },
      };
    }
    return problems;
  }

  private noteLeavers(): void {
    for (const [logicalId, resource] of Object.entries(this.old?.resources ?? {})) {
      if (this.present.has(logicalId)) continue;
      this.leaving.push({ logicalId, resource });
      delete this.resources[logicalId];
    }
  }

  private evaluateOutputs() {
    const scope = this.scope();
    const outputs: Record<string, string> = {};
    const exports: Record<string, string> = {};
    for (const { name, value, exportName } of this.plan.outputs) {
      const result = evaluate(value, scope, ['Outputs', name, 'Value']);
      outputs[name] = typeof result === 'string' ? result : canonical(result);
      if (exportName !== undefined) exports[exportName] = outputs[name];
    }
    this.refuseUsedExports(exports);
    return { outputs, exports };
  }

  private refuseUsedExports(exports: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(this.old?.exports ?? {})) {
      if (exports[name] === value) continue;
      const user = Object.entries(this.context.state.stacks).find(
        ([stack, { imports }]) => stack !== this.plan.name && imports.includes(name),
      );
      if (user)
        throw new Error(
          `Export ${name} cannot be ${name in exports ? 'updated' : 'deleted'} as it is in use by ${user[0]}`,
        );
    }
  }

  private importValue(name: string): string {
    for (const stack of Object.values(this.context.state.stacks)) {
      const value = stack.exports[name];
      if (value !== undefined) return value;
    }
    throw new Error(`no stack exports '${name}'`);
  }

  private physicalId(name: string): string | undefined {
    return this.present.has(name) ? this.resources[name]?.physicalId : undefined;
  }

  private scope(): Scope {
    return {
      ...this.plan.scope,
      ref: (name) => this.physicalId(name) ?? this.plan.scope.ref(name),
      attribute: (logicalId, attribute) => {
        const value = this.resources[logicalId]?.attributes[attribute];
        if (value !== undefined) return value;
        throw new Error(`${logicalId} gave no attribute ${attribute}`);
      },
      importValue: (name) => this.importValue(name),
    };
  }
}

const nextOrder = (stacks: readonly StackState[]): number =>
  Math.max(0, ...stacks.map((stack) => stack.order)) + 1;

function bookkeeping(planned: PlannedResource) {
  return {
    dependencies: [...planned.dependencies],
    deletionPolicy: planned.definition.DeletionPolicy,
  };
}

function stateOf(
  planned: PlannedResource,
  properties: Record<string, unknown>,
  made: { readonly physicalId: string; readonly attributes: Readonly<Record<string, string>> },
): ResourceState {
  return {
    type: planned.definition.Type,
    physicalId: made.physicalId,
    attributes: { ...made.attributes },
    properties,
    ...bookkeeping(planned),
  };
}

/** A resource with a name of its own cannot stand beside its successor of the same name. */
function refuseCollision(
  planned: PlannedResource,
  old: ResourceState,
  properties: Readonly<Record<string, unknown>>,
): void {
  const { nameProperty } = planned.handler;
  const isSame = nameProperty !== undefined && properties[nameProperty] !== undefined;
  if (!isSame || old.type !== planned.definition.Type) return;
  if (old.properties[nameProperty] !== properties[nameProperty]) return;
  throw new Error(
    `CloudFormation cannot update a stack when a custom-named resource requires replacing. ` +
      `Rename ${String(properties[nameProperty])} and update the stack again.`,
  );
}

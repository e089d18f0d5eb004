/** Undoes what a run did in one stack, the last step first. */
import { type DeployProblem, describeProblem } from '../errors.js';
import type { ResourceState } from '../state.js';
import { changedMembers } from './canonical.js';
import { type ApplyContext, resourceContext } from './context.js';

export interface JournalEntry {
  readonly kind: 'created' | 'updated';
  readonly logicalId: string;
  /** What there was: undefined for a resource that is new, the replaced one for a replacement. */
  readonly before: ResourceState | undefined;
  readonly after: ResourceState;
}

export interface Undone {
  /** What could not be undone. */
  readonly problems: readonly DeployProblem[];
  /** Resources that are still there although they should not be, by logical id. */
  readonly left: Readonly<Record<string, ResourceState>>;
}

export async function rollBack(
  context: ApplyContext,
  stack: string,
  journal: readonly JournalEntry[],
): Promise<Undone> {
  const problems: DeployProblem[] = [];
  const left: Record<string, ResourceState> = {};
  for (const entry of journal.toReversed()) {
    const { logicalId, after } = entry;
    const action = entry.kind === 'created' ? ('delete' as const) : ('update' as const);
    const about = { stack, logicalId, type: after.type, action };
    context.progress.tell({ ...about, status: 'started', reason: 'rollback' });
    try {
      await undo(context, stack, entry);
      context.progress.tell({ ...about, status: 'done', reason: 'rollback' });
    } catch (error) {
      const reason = `rollback failed: ${error instanceof Error ? error.message : String(error)}`;
      const problem = { stack, logicalId, type: after.type, reason };
      problems.push(problem);
      context.progress.tell({ ...about, status: 'failed', reason: describeProblem(problem) });
      left[logicalId] = after;
    }
  }
  return { problems, left };
}

async function undo(context: ApplyContext, stack: string, entry: JournalEntry): Promise<void> {
  const handler = context.handlers.get(entry.after.type);
  if (!handler) throw new Error(`the type ${entry.after.type} does not exist in this local AWS`);
  const about = { ...resourceContext(context, stack, entry.logicalId), isRollback: true };
  if (entry.kind === 'created') return await handler.remove(about, entry.after);
  if (!entry.before) return;
  const { properties } = entry.before;
  const changed = changedMembers(entry.after.properties, properties);
  await handler.update(about, entry.after, { properties, changed });
}

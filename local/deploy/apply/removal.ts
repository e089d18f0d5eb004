/** Removes resources that left a stack, each before what it uses; keeps those that are to be retained. */
import type { RetainedResource } from '../progress.js';
import type { ResourceState } from '../state.js';
import { sortByDependencies } from '../template/graph.js';
import { type ApplyContext, resourceContext } from './context.js';

export interface Leaving {
  readonly logicalId: string;
  readonly resource: ResourceState;
}

/**
 * Gives back what is still there: retained on purpose, or because its removal failed, with the reason. As in
 * CloudFormation, what cannot be removed does not fail the stack.
 */
export async function removeResources(
  context: ApplyContext,
  stack: string,
  leaving: readonly Leaving[],
): Promise<RetainedResource[]> {
  const retained: RetainedResource[] = [];
  for (const one of inRemovalOrder(leaving)) {
    const kept = await removeOne(context, stack, one);
    if (kept) retained.push(kept);
    context.progress.finish();
  }
  return retained;
}

function inRemovalOrder(leaving: readonly Leaving[]): Leaving[] {
  const byId = new Map(leaving.map((one) => [one.logicalId, one]));
  const order = sortByDependencies(new Map(leaving.map((one) => [one.logicalId, one.resource.dependencies])));
  if ('cycle' in order) return leaving.toReversed();
  return order.sorted.toReversed().flatMap((id) => byId.get(id) ?? []);
}

async function removeOne(
  context: ApplyContext,
  stack: string,
  { logicalId, resource }: Leaving,
): Promise<RetainedResource | undefined> {
  const { type, physicalId } = resource;
  const about = { stack, logicalId, type, action: 'delete' as const };
  if (resource.deletionPolicy !== 'Delete') {
    context.progress.tell({ ...about, status: 'retained' });
    return { logicalId, type, physicalId, reason: `DeletionPolicy ${resource.deletionPolicy}` };
  }
  context.progress.tell({ ...about, status: 'started' });
  try {
    await context.handlers.get(type)?.remove(resourceContext(context, stack, logicalId), resource);
    context.progress.tell({ ...about, status: 'done' });
    return undefined;
  } catch (error) {
    const reason = `DELETE_FAILED: ${error instanceof Error ? error.message : String(error)}`;
    context.progress.tell({ ...about, status: 'failed', reason });
    return { logicalId, type, physicalId, reason };
  }
}

/** Days that pass within a second: nobody runs, nothing polls, no schedule comes. */

import type { Json } from '../../../local/kernel/aws.js';
import type { FleetNode } from '../manual/fleet-node.js';
import type { ManualWorld } from '../manual-world.js';

interface Listed extends Json {
  readonly Rules?: readonly { readonly Name: string }[];
  readonly EventSourceMappings?: readonly { readonly UUID: string }[];
}

/** The nodes are stopped before, and run again after. */
export async function pass(
  world: ManualWorld,
  nodes: readonly FleetNode[],
  durationMs: number,
): Promise<void> {
  for (const node of nodes) await node.stop();
  await switchAll(world, false);
  // With everything off there is nothing that time would have to wait for.
  await world.clock.advance(durationMs, async () => undefined);
  await switchAll(world, true);
  await world.settled();
  for (const node of nodes) await node.restart();
}

async function switchAll({ aws }: ManualWorld, isOn: boolean): Promise<void> {
  const { Rules = [] } = await aws.call<Listed>('events', 'ListRules', {});
  for (const { Name } of Rules) await aws.call('events', isOn ? 'EnableRule' : 'DisableRule', { Name });
  const { EventSourceMappings = [] } = await aws.call<Listed>('lambda', 'ListEventSourceMappings', {});
  for (const { UUID } of EventSourceMappings)
    await aws.call('lambda', 'UpdateEventSourceMapping', { UUID, Enabled: isOn });
}

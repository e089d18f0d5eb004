/** What tells a roster from the one before: who left, and who is new or says something else. */

import * as z from 'zod';
import { type Roster, type RosterNode, rosterNodeSchema } from '../../fleet/roster.js';
import type { Applied, Keyed } from './changes.js';

const rosterChangesSchema = z.object({
  /** Version of this message's form. */
  form: z.literal(1),
  /** Key of the roster that it starts from. */
  base: z.string().min(1),
  /** Of the roster that it makes. */
  revision: z.int().min(1),
  /** Names. */
  left: z.array(z.string()),
  nodes: z.array(rosterNodeSchema),
});
export type RosterChanges = z.infer<typeof rosterChangesSchema>;

/** Undefined where the next one is not in the order of its names: nobody could put it together again. */
export function rosterChangesBetween(before: Keyed<Roster>, next: Roster): RosterChanges | undefined {
  if (!isInOrder(next.nodes)) return undefined;
  const [earlier, later] = [byName(before.value), byName(next)];
  return {
    form: 1,
    base: before.key,
    revision: next.revision,
    left: [...earlier.keys()].filter((node) => !later.has(node)),
    nodes: next.nodes.filter((node) => JSON.stringify(node) !== JSON.stringify(earlier.get(node.node))),
  };
}

/** The next roster, of the one that is held. */
export function applyRosterChanges(held: Keyed<Roster>, read: unknown): Applied<Roster> {
  const parsed = rosterChangesSchema.safeParse(read);
  const issue = parsed.error?.issues[0];
  if (!parsed.success) return { kind: 'unreadable', reason: `${issue?.path.join('.')} ${issue?.message}` };
  const { base, revision, left, nodes } = parsed.data;
  if (base !== held.key) return { kind: 'otherBase' };
  const next = byName(held.value);
  for (const node of left) next.delete(node);
  for (const node of nodes) next.set(node.node, node);
  return { kind: 'applied', value: { revision, nodes: [...next.values()].toSorted(byOrder) } };
}

const byName = ({ nodes }: Roster): Map<string, RosterNode> =>
  new Map(nodes.map((node) => [node.node, node]));

const byOrder = (a: RosterNode, b: RosterNode): number => (a.node < b.node ? -1 : 1);

const isInOrder = (nodes: readonly RosterNode[]): boolean =>
  nodes.every(({ node }, index) => index === 0 || (nodes[index - 1]?.node ?? '') < node);

/** `veltrix nodes`: the nodes of one environment, and why one is left behind. */

import * as z from 'zod';
import { demandCluster } from '../../control/addressing.js';
import { type Nodes, type NodeView, nodes as readNodes } from '../../control/see/nodes.js';
import { parseLabel } from '../../core/content/content.js';
import { defineCommand } from '../command.js';
import { address, flag } from '../parse-arguments.js';
import { count, table } from '../terminal/layout.js';
import type { Paint } from '../terminal/paint.js';

const argsSchema = z.object({ address, node: z.string().optional(), behind: flag });

export const nodes = defineCommand({
  args: argsSchema,
  positional: ['address', 'node'],
  run: async ({ cloud }, args): Promise<Nodes & { readonly asked: z.output<typeof argsSchema> }> => {
    const question = { cluster: demandCluster(args.address), node: args.node, behind: args.behind };
    return { ...(await readNodes(await cloud(), question)), asked: args };
  },
  render,
});

function render(
  answer: Nodes & { readonly asked: { node?: string | undefined; behind: boolean } },
  paint: Paint,
) {
  const { target, cluster, nodes: views, asked } = answer;
  const head = [paint.dim(target), ''];
  const [only] = views;
  if (asked.node !== undefined && only) return [...head, ...describeNode(only, paint)];
  if (views.length === 0) return [...head, nobody(cluster, asked.behind, paint)];
  const names = [...new Set(views.flatMap(({ profiles }) => Object.keys(profiles)))].sort();
  const titles = ['NODE', 'STATE', 'LOAD', ...names.map((name) => name.toUpperCase())].map(paint.dim);
  const lines = table([titles, ...views.map((view) => row(view, names, paint))]);
  return [...head, ...lines, ...causes(views, paint), '', summary(cluster, views)];
}

function row({ node, presence, health, load, profiles }: NodeView, names: readonly string[], paint: Paint) {
  const held = names.map((name) => {
    const profile = profiles[name];
    return profile === undefined ? '' : versionOf(profile.label, profile.source);
  });
  return [node, stateOf(presence, health, paint), `${Math.round(load * 100)} %`, ...held];
}

function stateOf(presence: NodeView['presence'], health: NodeView['health'], paint: Paint): string {
  if (presence === 'silent') return paint.bad('silent');
  if (presence === 'left') return paint.dim('left');
  return health === 'ready' ? paint.good(health) : paint.warn(health);
}

const versionOf = (label: string | undefined, source: string): string =>
  label === undefined ? source : String(parseLabel(label)?.version ?? label);

function causes(views: readonly NodeView[], paint: Paint): readonly string[] {
  const behind = views.filter((view) => view.behind.length > 0);
  if (behind.length === 0) return [];
  return ['', ...behind.flatMap((view) => describeCauses(view, paint))];
}

function describeCauses({ node, behind }: NodeView, paint: Paint): readonly string[] {
  return behind.flatMap(({ why, next }) => [
    `${paint.warn('!')} ${node} ${why}`,
    `    ${paint.dim('→')} ${paint.code(next)}`,
  ]);
}

function describeNode(view: NodeView, paint: Paint): readonly string[] {
  const facts = [
    ['State', stateOf(view.presence, view.health, paint)],
    ['Endpoint', view.endpoint ?? paint.dim('none')],
    [
      'Labels',
      Object.entries(view.labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
    ],
    [
      'Load',
      `${Math.round(view.load * 100)} % of ${view.capacity}, ${view.inFlight} in flight, ${view.queueDepth} queued`,
    ],
    ['Since', view.since],
    ['Last report', view.lastReportAt],
  ];
  const held = Object.entries(view.profiles).map(([name, profile]) => [
    name,
    profile.label ?? paint.dim('nothing'),
    `from ${profile.source}, schema ${profile.schemaVersion}`,
    profile.refused ? paint.bad(`refused ${profile.refused.label}: ${profile.refused.reason}`) : '',
  ]);
  const head = [paint.strong(view.node), ...table(facts).map((line) => `  ${line}`), ''];
  return [...head, ...table(held).map((line) => `  ${line}`), ...causes([view], paint)];
}

function nobody(cluster: string, behind: boolean, paint: Paint): string {
  return behind
    ? `${paint.good('✔')} Every node of ${cluster} holds what it is meant to.`
    : `No node of ${cluster} reported within the last hour.`;
}

function summary(cluster: string, views: readonly NodeView[]): string {
  const live = views.filter(({ presence }) => presence === 'live').length;
  return `${cluster}: ${count(views.length, 'node')}, ${live} live`;
}

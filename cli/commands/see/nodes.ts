/** `veltrix nodes`: the nodes of one environment, and why one is left behind. */

import * as z from 'zod';
import { demandCluster } from '../../../control/addressing.js';
import {
  type HeldProfile,
  type Nodes,
  type NodeView,
  nodes as readNodes,
} from '../../../control/see/nodes.js';
import { parseLabel } from '../../../core/content/content.js';
import { defineCommand } from '../../command.js';
import { address, flag } from '../../parse-arguments.js';
import { describeDrain, renderDrains } from '../../terminal/drain-lines.js';
import { ago, byWord, compact, count, duration, factLines, type Page, table } from '../../terminal/layout.js';
import { type Paint, widthOf } from '../../terminal/paint.js';

const argsSchema = z.object({ address, node: z.string().optional(), behind: flag });

type Answer = Nodes & { readonly asked: z.output<typeof argsSchema> };

export const nodes = defineCommand({
  args: argsSchema,
  positional: ['address', 'node'],
  run: async ({ cloud }, args): Promise<Answer> => {
    const question = { cluster: demandCluster(args.address), node: args.node, behind: args.behind };
    return { ...(await readNodes(await cloud(), question)), asked: args };
  },
  render,
});

function render(answer: Answer, paint: Paint, page: Page): readonly string[] {
  const { target, nodes: views, asked } = answer;
  const head = [paint.dim(target), ''];
  const [only] = views;
  if (asked.node !== undefined && only) return [...head, ...describeNode(only, answer, { paint, page })];
  if (views.length === 0) return [...head, nobody(answer, paint)];
  const list = asked.behind ? [] : [...fleetTable(views, paint, page), ''];
  return [...head, ...list, ...drainsOf(answer, paint, page), ...causes(views, paint, page), summary(answer)];
}

/** Who is kept from work by a person, and what could not be read. */
function drainsOf(
  { nodes: views, askedAt, blind }: Answer,
  paint: Paint,
  { columns }: Page,
): readonly string[] {
  const drains = views.flatMap(({ drain }) => drain ?? []);
  const unread = blind.flatMap((note) => factLines([[paint.warn('!'), byWord(paint.warn, note)]], columns));
  const lines = [...renderDrains(drains, { now: askedAt, columns, paint }), ...unread];
  return lines.length === 0 ? [] : [...lines, ''];
}

/** A row for each node; profiles that find no room are left to the page of one node. */
function fleetTable(views: readonly NodeView[], paint: Paint, { columns }: Page): readonly string[] {
  const names = [...new Set(views.flatMap(({ profiles }) => Object.keys(profiles)))].sort();
  for (let shown = names.length; ; shown--) {
    const some = names.slice(0, shown);
    const more = names.length - shown;
    const titles = ['NODE', 'STATE', 'LOAD', ...some.map((name) => name.toUpperCase())];
    const rest = more > 0 ? [`${more} MORE`] : [];
    const lines = table([
      [...titles, ...rest].map(paint.dim),
      ...views.map((view) => [...row(view, some, paint), ...rest.map(() => '')]),
    ]);
    if (shown === 0 || lines.every((line) => widthOf(line) <= columns)) return lines;
  }
}

function row(
  { node, presence, health, load, profiles, drain }: NodeView,
  names: readonly string[],
  paint: Paint,
) {
  const held = names.map((name) => {
    const profile = profiles[name];
    if (profile === undefined) return '';
    const isOverridden = (profile.override?.paths.length ?? 0) > 0;
    return versionOf(profile.label, isOverridden ? 'override' : profile.source);
  });
  const state = presence === 'live' && drain ? paint.warn('drained') : stateOf(presence, health, paint);
  return [node, state, `${Math.round(load * 100)} %`, ...held];
}

function stateOf(presence: NodeView['presence'], health: NodeView['health'], paint: Paint): string {
  if (presence === 'silent') return paint.bad('silent');
  if (presence === 'left') return paint.dim('left');
  return health === 'ready' ? paint.good(health) : paint.warn(health);
}

function versionOf(label: string | undefined, source: string): string {
  if (label === undefined) return source;
  const version = parseLabel(label)?.version ?? label;
  return source === 'cloud' ? String(version) : `${version} (${source})`;
}

function causes(views: readonly NodeView[], paint: Paint, { columns }: Page): readonly string[] {
  const lines = views.flatMap(({ node, behind }) =>
    behind.flatMap(({ why, next }) => [
      ...factLines([[paint.warn('!'), `${byWord(paint.strong, node)} ${why}`]], columns),
      ...factLines([[paint.dim('→'), byWord(paint.code, next)]], columns - 2).map((line) => `  ${line}`),
    ]),
  );
  return lines.length === 0 ? [] : [...lines, ''];
}

interface Look {
  readonly paint: Paint;
  readonly page: Page;
}

/** Everything one wants to know of a node at night: is it there, what does it hold since when, what is wrong with it. */
function describeNode(view: NodeView, { askedAt }: Nodes, { paint, page }: Look): readonly string[] {
  const { presence, health, lastReportAt, since, restarts } = view;
  const labels = Object.entries(view.labels).map(([name, value]) => `${name}=${value}`);
  const lives =
    restarts === 0 ? '' : `, ${count(restarts, 'earlier life').replace('lifes', 'lives')} remembered`;
  const facts: (readonly [string, string])[] = [
    ['State', `${stateOf(presence, health, paint)}, last report ${ago(lastReportAt, askedAt)}`],
    ...(view.drain ? [['Drain', `it ${describeDrain(view.drain, askedAt)}`] as const] : []),
    ['Life', `began ${ago(since, askedAt)}${lives}`],
    ['Endpoint', view.endpoint ?? paint.dim('none')],
    ...(labels.length > 0 ? [['Labels', labels.join(' ')] as const] : []),
    [
      'Load',
      `${Math.round(view.load * 100)} % of ${view.capacity}, ${view.inFlight} in flight, ${view.queueDepth} queued`,
    ],
    ...(view.droppedReports > 0 ? [['Dropped', count(view.droppedReports, 'report')] as const] : []),
  ];
  const held = Object.entries(view.profiles).flatMap(([name, profile]) =>
    heldFacts(name, profile, { paint, askedAt }),
  );
  const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
  const wrong = causes([view], paint, page).slice(0, -1);
  return [
    paint.strong(view.node),
    ...indented(factLines(facts, page.columns - 2)),
    '',
    ...indented(factLines(held, page.columns - 2)),
    '',
    ...(wrong.length > 0 || presence === 'left'
      ? wrong
      : [`${paint.good('✔')} It holds what it is meant to.`]),
  ];
}

function heldFacts(
  name: string,
  profile: HeldProfile,
  { paint, askedAt }: { paint: Paint; askedAt: string },
): (readonly [string, string])[] {
  const { label, heldSince, source, schemaVersion, refused, lastError, override, counters } = profile;
  const since =
    heldSince === undefined ? '' : ` for ${duration(Date.parse(askedAt) - Date.parse(heldSince))}`;
  const about = `${label ?? 'nothing'}${since} · from ${source} · schema ${schemaVersion}`;
  const done =
    counters &&
    `${compact(counters.requests)} requests under it, ${compact(counters.errors)} failed, ${compact(counters.slow)} slow`;
  return [
    [paint.strong(name), about],
    ...(done ? [['', done] as const] : []),
    ...(override?.until !== undefined
      ? [['', byWord(paint.warn, `override: ${override.paths.join(', ')} until ${override.until}`)] as const]
      : []),
    ...(refused ? [['', byWord(paint.bad, `refused ${refused.label}: ${refused.reason}`)] as const] : []),
    ...(lastError ? [['', byWord(paint.warn, `last poll failed: ${lastError}`)] as const] : []),
  ];
}

function nobody({ cluster, asked, nodeCount }: Answer, paint: Paint): string {
  return asked.behind && nodeCount > 0
    ? `${paint.good('✔')} Every node of ${cluster} holds what it is meant to (${count(nodeCount, 'node')}).`
    : `No node of ${cluster} reported within the last hour.`;
}

function summary({ cluster, nodes: views, asked, nodeCount }: Answer): string {
  if (asked.behind) return `${cluster}: ${views.length} of ${count(nodeCount, 'node')} behind`;
  const live = views.filter(({ presence }) => presence === 'live').length;
  return `${cluster}: ${count(views.length, 'node')}, ${live} live`;
}

/** The nodes of a profile as squares, by version: ■ holds what is wanted, □ does not yet, ▨ refused it, ? is silent. */

import type { ProfileStatus } from '../../control/see/status/status.js';
import { parseLabel } from '../../core/content/content.js';
import { table } from './layout.js';
import type { Paint } from './paint.js';

/** Squares of one row, where there is room for so many. */
const squaresPerRowMax = 40;
/** Squares of one block; beyond, a square stands for several nodes. */
const rowsMax = 5;
/** How many nodes one square may stand for. */
const scales = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

export interface Look {
  readonly columns: number;
  readonly paint: Paint;
}

interface Group {
  readonly version: string;
  readonly count: number;
  readonly square: string;
  readonly state: string;
}

/** A heading and the rows below it; nothing where no node is. */
export function nodeSquares(profile: ProfileStatus, { columns, paint }: Look): readonly string[] {
  const groups = groupsOf(profile, paint).filter(({ count }) => count > 0);
  if (groups.length === 0) return [];
  const perRow = Math.max(10, Math.min(squaresPerRowMax, columns - widthBeside(groups)));
  const scale = scaleFor(groups, perRow);
  const nodes = scale === 1 ? 'NODES' : `NODES (a square is ${scale})`;
  const rows = groups.flatMap((group) => rowsOf(group, scale, perRow));
  return table([['VERSION', nodes, 'STATE'].map(paint.dim), ...rows]);
}

function groupsOf(profile: ProfileStatus, paint: Paint): Group[] {
  const { nodes, rollout, deployed, state } = profile;
  const wanted = (state === 'rolling-back' ? deployed : (rollout ?? deployed))?.label;
  const kept = new Set(nodes.keeping.map(({ label }) => label));
  const version = versionName(wanted);
  const waits = rollout && state !== 'rolling-back' ? 'waiting' : 'hold it still';
  const waiting = nodes.waitingHold.map(({ label, count }) => {
    const isKept = label !== undefined && kept.has(label);
    const words = isKept ? `keep it, withdrawn` : waits;
    return { version: versionName(label), count, square: isKept ? paint.warn('□') : '□', words };
  });
  return [
    { version, count: nodes.holding.length, square: paint.good('■'), state: 'hold it' },
    { version, count: nodes.refused.length, square: paint.bad('▨'), state: 'refused it' },
    ...waiting.map(({ words, ...group }) => ({ ...group, state: wanted === undefined ? '' : words })),
    { version: '', count: nodes.silent.length, square: paint.bad('?'), state: 'silent' },
  ];
}

/** Columns that version, state and the spaces between take. */
function widthBeside(groups: readonly Group[]): number {
  const widest = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length));
  const states = groups.map(({ count, state }) => `${count} ${state}`);
  return widest(['VERSION', ...groups.map(({ version }) => version)]) + widest(['STATE', ...states]) + 4;
}

function scaleFor(groups: readonly Group[], perRow: number): number {
  const rowsAt = (scale: number) =>
    groups.reduce((sum, { count }) => sum + Math.ceil(count / scale / perRow), 0);
  // Each group has a row of its own, however few its nodes are.
  const room = Math.max(rowsMax, groups.length);
  return scales.find((scale) => rowsAt(scale) <= room) ?? Number(scales.at(-1));
}

function rowsOf({ version, count, square, state }: Group, scale: number, perRow: number): string[][] {
  const squares = Math.ceil(count / scale);
  return Array.from({ length: Math.ceil(squares / perRow) }, (_, index) => {
    const drawn = square.repeat(Math.min(perRow, squares - index * perRow));
    return index === 0 ? [version, drawn, `${count} ${state}`.trim()] : ['', drawn, ''];
  });
}

/** `18` of `v18-1f2e3d4c`; a label that Veltrix did not give as it is. */
export function versionName(label: string | undefined): string {
  if (label === undefined) return 'default';
  return String(parseLabel(label)?.version ?? label);
}

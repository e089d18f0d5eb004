/** Shows the story of `veltrix dev`: repainted in place on a terminal, told line by line elsewhere. */

import type { ProfileStatus, Status } from '../../control/see/status/status.js';
import { DeployView } from '../local-aws/deploy-view.js';
import { bar, count, duration, provenance } from '../terminal/layout.js';
import { essenceOf, inOneLine } from '../terminal/one-line.js';
import type { Paint } from '../terminal/paint.js';
import { stateWords } from '../terminal/profile-status.js';
import type { Screen } from '../terminal/screen.js';
import { nodeSquares } from '../terminal/squares.js';
import type { StoryEvent, Tell } from './story.js';
import { describeTook, Takes } from './takes.js';

/** Shows events on a screen; as documents for programs, one a line, under `json`. */
export function createView(screen: Screen, json: boolean): Tell {
  if (json) return createJsonView(screen);
  if (screen.isTerminal) return createLiveView(screen);
  return createPlainView(screen);
}

/** Every event; a status only when something became another. */
function createJsonView({ json }: Screen): Tell {
  let known = '';
  return (event) => {
    const essence = event.event === 'status' ? essenceOf(event.status) : '';
    if (essence === '' || essence !== known) json(event);
    known = essence || known;
  };
}

/** A line for each thing that happened, and one whenever a profile's state became another. */
export function createPlainView({ line, paint }: Screen): Tell {
  const known = new Map<string, string>();
  return (event) => {
    if (event.event === 'nodes' && event.ready < event.wanted) return;
    for (const text of describeEvent(event, paint)) line(text);
    for (const profile of event.event === 'status' ? event.status.profiles : []) {
      const text = `  ${inOneLine(profile)}`;
      if (known.get(profile.address) !== text) line(text);
      known.set(profile.address, text);
    }
  };
}

function createLiveView(screen: Screen): Tell {
  const deployView = new DeployView();
  const takes = new Takes();
  const done: string[] = [];
  let status: Status | undefined;
  let next: readonly string[] = [];
  return (event) => {
    if (event.event === 'deploying') deployView.add(event.progress);
    else if (event.event === 'status') status = event.status;
    else if (event.event === 'serving') next = describeEvent(event, screen.paint);
    else if (event.event === 'took') takes.add(event);
    else if (event.event !== 'nodes') done.push(...describeEvent(event, screen.paint));
    const below = event.event === 'deploying' ? deployView.lines(screen.paint) : [];
    const starting = event.event === 'nodes' ? describeEvent(event, screen.paint) : [];
    if (event.event === 'stopping') next = [];
    const page = status === undefined ? [] : describeFleet(status, { takes, paint: screen.paint });
    screen.repaint([...done.slice(-storyLinesMax), ...below, ...starting, ...page, ...next]);
  };
}

/** Lines of the story that stay above the fleet. */
const storyLinesMax = 7;

/** One event in plain words; nothing for those that only move a bar. */
export function describeEvent(event: StoryEvent, paint: Paint): readonly string[] {
  const ok = paint.good('✔');
  switch (event.event) {
    case 'local-aws':
      return [`${ok} local AWS at ${paint.strong(event.endpoint)}, rollouts ${event.speed} times as fast`];
    case 'synthesized':
      return [`${ok} stacks synthesized in ${tenths(event.durationMs)}`];
    case 'deploying':
    case 'status':
      return [];
    case 'deployed':
      return [
        `${ok} ${count(event.stacks.length, 'stack')} deployed in ${tenths(event.durationMs)}: ${stackNames(event.stacks)}`,
      ];
    case 'published':
      return [
        `${ok} ${event.address} version ${event.version}${event.unchanged ? ' unchanged' : ' published'}`,
      ];
    case 'nodes':
      return [`  ${event.ready}/${count(event.wanted, 'node')} serving`];
    case 'took':
      return [`  ${event.node}  ${describeTook(event)}`];
    case 'node-lost':
      return [`${paint.bad('✖')} ${event.node} ended: ${event.complaint || 'without a word'}`];
    case 'converged':
      return [
        `${ok} all ${count(event.nodes, 'node')} hold ${event.versions}  ${paint.dim(`${duration(event.elapsedMs)} after the start`)}`,
      ];
    case 'serving':
      return describeNext(paint);
    case 'trouble':
      return [`${paint.warn('!')} ${event.message}`];
    case 'stopping':
      return ['stopping: nodes leave, then the local AWS'];
  }
}

/** `Data, Delivery` of `Veltrix-main-Data` and `Veltrix-main-Delivery`: the stage is one and the same. */
const stackNames = (stacks: readonly { readonly name: string }[]): string =>
  stacks.map(({ name }) => name.split('-').at(-1)).join(', ');

/** `0.4 s`. */
const tenths = (durationMs: number): string => `${(durationMs / 1000).toFixed(1)} s`;

/** Width of the fleet's squares with what stands beside them. */
const pageColumns = 78;

interface FleetLook {
  readonly takes: Takes;
  readonly paint: Paint;
}

/** The fleet in a few lines a profile. */
function describeFleet({ profiles }: Status, look: FleetLook): readonly string[] {
  return profiles.flatMap((profile) => ['', ...describeProfile(profile, look)]);
}

function describeProfile(profile: ProfileStatus, { takes, paint }: FleetLook): readonly string[] {
  const { address, rollout, deployed, nodes } = profile;
  const shown = rollout ?? deployed;
  const live = nodes.holding.length + nodes.waiting.length + nodes.refused.length;
  const version = shown ? `v${shown.version}${rollout && deployed ? ` ← v${deployed.version}` : ''}` : '';
  const percentage = rollout?.percentage ?? (deployed ? 100 : 0);
  return [
    `${paint.strong(address)}  ${stateWords(profile, paint)}  ${version}  ${shown ? provenance(shown, paint) : ''}`,
    `  offered ${paint.code(bar(percentage))} ${percentage} %   held by ${nodes.holding.length}/${count(live, 'node')}`,
    ...nodeSquares(profile, { columns: pageColumns, paint }).map((line) => `  ${line}`),
    ...takes.lines(nameOf(address), pageColumns - 2).map((line) => `  ${paint.dim(line)}`),
  ];
}

/** `gameplay` of `treasure-hunt/staging/gameplay`. */
const nameOf = (address: string): string => address.split('/').at(-1) ?? address;

function describeNext(paint: Paint): readonly string[] {
  return [
    '',
    'Try next, in another terminal:',
    `  edit ${paint.strong('config/treasure-hunt/gameplay.staging.yaml')}, then`,
    `  ${paint.code('npx veltrix publish treasure-hunt/staging/gameplay -m "…"')}`,
    `  ${paint.code('npx veltrix status --watch')}   ${paint.code('npx veltrix nodes treasure-hunt/staging')}`,
    paint.dim('Ctrl-C stops everything. A bad version that undoes itself: npx veltrix demo bad-version'),
  ];
}

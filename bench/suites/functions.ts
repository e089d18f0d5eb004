/** What each function weighs and how it starts: beside a function of just the AWS clients that its work needs. */

import { stat } from 'node:fs/promises';
import path from 'node:path';
import {
  assignFunction,
  defaultStage,
  fanOutFunction,
  guardFunction,
  recordLoadFunction,
  validateFunction,
} from '../../core/names.js';
import { bundleFolder, type FunctionFolder, functionFolders } from '../../infra/bundle.js';
import type { LocalAws } from '../../local/index.js';
import { figure, round, show } from '../figures.js';
import type { Goal } from '../goals.js';
import { type Bundle, bundleFunction } from '../machinery/bundles.js';
import { withScratch } from '../machinery/scratch.js';
import { kilobytes, type Sizes, sizesOf } from '../machinery/sizes.js';
import type { Section, Table } from '../report.js';
import { withCloud } from '../world/cloud.js';
import { eventsOf } from '../world/events.js';
import { createFunction, type Invocation, invokeCold, invokeWarm } from '../world/lambda.js';
import { putNodes } from '../world/nodes.js';
import { gateOf, publishSample } from '../world/publishing.js';

const coldRounds = 7;
const warmInvocations = 30;
/** What is deployed may differ from what is weighed here by a line that names the source map. */
const deployedDifferenceMaxBytes = 100;

const functionNames: Readonly<Record<FunctionFolder, string>> = {
  'publish-config': gateOf('staging'),
  'validate-config': validateFunction(defaultStage, { application: 'treasure-hunt', profile: 'gameplay' }),
  'fan-out-change': fanOutFunction(defaultStage),
  'record-load': recordLoadFunction(defaultStage),
  'guard-rollout': guardFunction(defaultStage),
  'assign-partitions': assignFunction(defaultStage),
};

export const functions = (): Promise<Section> =>
  withScratch((directory) =>
    withCloud(async (aws) => {
      await publishSample(aws, 'staging');
      await putNodes(aws, 20);
      const events = await eventsOf(aws);
      const measured: Measured[] = [];
      for (const folder of functionFolders) {
        const sides = await weigh(folder, directory);
        const starts = await timeStarts(aws, { folder, event: events[folder], floor: sides.floor });
        measured.push({
          folder,
          sizes: sizesOf(sides.whole, 'whole'),
          floor: sizesOf(sides.floor, 'whole'),
          ...starts,
        });
      }
      return describe(measured);
    }),
  );

interface Sides {
  readonly whole: Bundle;
  readonly floor: Bundle;
}

async function weigh(folder: FunctionFolder, directory: string): Promise<Sides> {
  const whole = await bundleFunction(
    new URL(`../../functions/${folder}/index.ts`, import.meta.url),
    path.join(directory, folder),
  );
  await demandDeployed(folder, sizesOf(whole, 'whole').whole);
  const floor = await bundleFunction(
    new URL(`../floors/${folder}.ts`, import.meta.url),
    path.join(directory, 'floors'),
  );
  return { whole, floor };
}

/** What is taken apart here must be what infra/ deploys. @throws Error when their sizes differ. */
async function demandDeployed(folder: FunctionFolder, bytes: number): Promise<void> {
  const { size } = await stat(path.join(bundleFolder(folder), 'index.mjs'));
  if (Math.abs(size - bytes) <= deployedDifferenceMaxBytes) return;
  throw new Error(`${folder} is deployed with ${size} bytes and weighed with ${bytes}: bundle both alike`);
}

interface Starts {
  readonly coldMs: readonly number[];
  readonly initMs: readonly number[];
  readonly floorColdMs: readonly number[];
  readonly floorInitMs: readonly number[];
  readonly warmMs: readonly number[];
}

interface Measured extends Starts {
  readonly folder: FunctionFolder;
  readonly sizes: Sizes;
  readonly floor: Sizes;
}

async function timeStarts(
  aws: LocalAws,
  about: { readonly folder: FunctionFolder; readonly event: unknown; readonly floor: Bundle },
): Promise<Starts> {
  const real: Invocation = { functionName: functionNames[about.folder], event: about.event };
  const floor: Invocation = { functionName: `floor-${about.folder}`, event: {} };
  await createFunction(aws, floor.functionName, about.floor);
  const cold = [];
  const floorCold = [];
  for (let round = 0; round < coldRounds; round++) {
    cold.push(await invokeCold(aws, real));
    floorCold.push(await invokeCold(aws, floor));
  }
  const warmMs = [];
  for (let times = 0; times < warmInvocations; times++) warmMs.push(await invokeWarm(aws, real));
  return {
    coldMs: cold.map(({ wholeMs }) => wholeMs),
    initMs: cold.map(({ initMs }) => initMs),
    floorColdMs: floorCold.map(({ wholeMs }) => wholeMs),
    floorInitMs: floorCold.map(({ initMs }) => initMs),
    warmMs,
  };
}

const describe = (measured: readonly Measured[]): Section => ({
  title: 'The functions',
  method: `Sizes: bundled as they are deployed (one minified file), beside a floor: a function that brings the AWS clients and commands its work needs and does nothing. KB are 1000 bytes. Cold starts in the local Lambda, ${coldRounds} fresh processes each, function and floor in turn: \`init\` until the handler is loaded, \`answer\` from the request to the first answer. Warm: ${warmInvocations} invocations. Each handles what it would in AWS: a publish without effect, gameplay of production to validate, a look at every environment, a batch of 20 reports, a tick of a rollout over 20 nodes.`,
  tables: [sizeTable(measured), startTable(measured)],
  goals: measured.map(goalOf),
});

function goalOf({ folder, sizes, floor }: Measured): Goal {
  if (floor.sdk > 0) {
    return { what: `${folder} against its floor`, found: sizes.whole / floor.whole, atMost: 1.1, unit: '×' };
  }
  return { what: `size of ${folder}`, found: kilobytes(sizes.whole), atMost: 150, unit: ' KB' };
}

function sizeTable(measured: readonly Measured[]): Table {
  const row = ({ folder, sizes, floor }: Measured) => {
    const { own, zod, powertools, sdk, glue, whole } = sizes;
    const parts = [own, zod, powertools, sdk, glue, whole, floor.whole];
    const ratio = floor.sdk > 0 ? round(whole / floor.whole) : '';
    return [folder, ...parts.map((bytes) => round(kilobytes(bytes))), ratio];
  };
  return {
    columns: ['KB of', 'own', 'zod', 'Powertools', 'AWS clients', 'glue', 'in all', 'floor', '× floor'],
    rows: measured.map(row),
  };
}

function startTable(measured: readonly Measured[]): Table {
  const row = ({ folder, initMs, floorInitMs, coldMs, floorColdMs, warmMs }: Measured) => [
    folder,
    ...[initMs, floorInitMs, coldMs, floorColdMs, warmMs].map((samples) => show(figure(samples))),
  ];
  return {
    columns: [
      'ms of',
      'init',
      'init of the floor',
      'answer, cold',
      'answer of the floor, cold',
      'answer, warm',
    ],
    rows: measured.map(row),
  };
}

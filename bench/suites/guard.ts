/** What a tick of a rollout takes: the guard asked about clusters of several sizes, in fresh and in warm processes. */

import { defaultStage, guardFunction } from '../../core/names.js';
import { answerWithinMs } from '../../functions/guard-rollout/handler.js';
import type { LocalAws } from '../../local/index.js';
import { figure, show } from '../figures.js';
import type { Goal } from '../goals.js';
import type { Section } from '../report.js';
import { withCloud } from '../world/cloud.js';
import { tickOf } from '../world/events.js';
import { type Invocation, invokeCold, invokeWarm } from '../world/lambda.js';
import { putNodes } from '../world/nodes.js';
import { publishSample } from '../world/publishing.js';

const sizes = [20, 1_000, 2_000, 4_000];
const coldRounds = 7;
const warmInvocations = 20;
/** AppConfig waits about so long for an answer, a cold start included. */
const appConfigWaitsMs = 3_000;

interface Measured {
  readonly nodes: number;
  readonly coldMs: readonly number[];
  readonly warmMs: readonly number[];
}

export const guard = (): Promise<Section> =>
  withCloud(async (aws) => {
    await publishSample(aws, 'staging');
    const invocation = { functionName: guardFunction(defaultStage), event: await tickOf(aws) };
    const measured: Measured[] = [];
    for (const nodes of sizes) measured.push(await measure(aws, invocation, nodes));
    return describe(measured);
  });

async function measure(aws: LocalAws, invocation: Invocation, nodes: number): Promise<Measured> {
  const coldMs = [];
  for (let round = 0; round < coldRounds; round++) {
    // Each look finds that every node has reported since the last one.
    await putNodes(aws, nodes);
    coldMs.push((await invokeCold(aws, invocation)).wholeMs);
  }
  const warmMs = [];
  for (let times = 0; times < warmInvocations; times++) warmMs.push(await invokeWarm(aws, invocation));
  return { nodes, coldMs, warmMs };
}

const describe = (measured: readonly Measured[]): Section => ({
  title: 'A tick of a rollout',
  method: `The deployed guard in the local Lambda, asked as AppConfig asks it, about clusters whose nodes have each just reported: ${coldRounds} fresh processes, process start included, and ${warmInvocations} invocations of a warm one. It reads its memory and the records of at most 2,000 nodes, judges, and writes its memory and report. The local engines answer in this machine, on its two cores; DynamoDB is as far as its network.`,
  tables: [
    {
      columns: ['ms over', 'answer, cold', 'answer, warm'],
      rows: measured.map(({ nodes, coldMs, warmMs }) => [
        `${nodes.toLocaleString('en')} nodes`,
        show(figure(coldMs)),
        show(figure(warmMs)),
      ]),
    },
  ],
  goals: measured.flatMap(goalsOf),
});

const goalsOf = ({ nodes, coldMs, warmMs }: Measured): Goal[] => [
  {
    what: `cold answer over ${nodes.toLocaleString('en')} nodes, the slowest`,
    found: figure(coldMs).most,
    atMost: appConfigWaitsMs,
    unit: ' ms',
  },
  {
    what: `warm answer over ${nodes.toLocaleString('en')} nodes, the slowest`,
    found: figure(warmMs).most,
    atMost: answerWithinMs,
    unit: ' ms',
  },
];

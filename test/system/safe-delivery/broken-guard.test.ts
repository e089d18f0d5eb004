/** The guard itself is what is broken. Without an answer AppConfig rolls back; without its inputs the guard goes on. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { guardFunction } from '../../../core/names.js';
import type { Json } from '../../../local/kernel/aws.js';
import type { FleetNode } from '../manual/fleet-node.js';
import { inManualWorld, minuteMs } from '../manual-world.js';
import { causeOf, changesOf, ended, held, historyOf, rarely, reportOf, statusOf } from './views.js';

const world = inManualWorld();
const guard = guardFunction('main');
let nodes: FleetNode[];
let good: string;
let variables: Readonly<Record<string, string>>;

beforeAll(async () => {
  nodes = await world().nodes(20, rarely);
  variables = (await lambda<Configured>('GetFunctionConfiguration')).Environment.Variables;
  await world().advance(minuteMs);
});

beforeEach(() => {
  good = nodes[0]?.label('gameplay') ?? '';
});

interface Configured extends Json {
  readonly Environment: { readonly Variables: Record<string, string> };
}

/** What somebody with the right to it does to the deployed function. */
const lambda = <Answer = Json>(operation: string, settings: Json = {}): Promise<Answer> =>
  world().aws.call<Answer>('lambda', operation, { FunctionName: guard, ...settings });

const setVariables = (all: Readonly<Record<string, string>>) =>
  lambda('UpdateFunctionConfiguration', { Environment: { Variables: all } });

/** Until the test has finished. */
async function putCode(source: string): Promise<void> {
  const LocalDirectory = await mkdtemp(path.join(tmpdir(), 'veltrix-guard-'));
  onTestFinished(() => rm(LocalDirectory, { recursive: true }));
  await writeFile(path.join(LocalDirectory, 'index.mjs'), source);
  await lambda('UpdateFunctionCode', { LocalDirectory });
}

let coolDownMs = 10_000;
/** How a rollout of something new ended that hurts nobody. */
async function rollOut() {
  coolDownMs += 1;
  const { deployment, label } = await world().publish('gameplay', { coolDownMs }, { strategy: 'linear-50' });
  return { label, end: await ended(world(), deployment) };
}

/** How often the guard counted something so far, by the metrics that its function printed. */
async function counted(metric: string): Promise<number> {
  const text = await (await fetch(`${world().aws.endpoint}/metrics`)).text();
  return Number(
    new RegExp(`^${metric}_total\\{service="guard-rollout"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0,
  );
}

describe('a guard whose inputs are missing goes on, and counts that it is blind', () => {
  it('without the records of nodes: the report says how long, and why', async () => {
    const blindBefore = await counted('veltrix_guard_blind');
    await setVariables({ ...variables, VELTRIX_NODES_TABLE: 'nowhere' });
    const { label, end } = await rollOut();
    await setVariables(variables);
    expect(end.state).toBe('COMPLETE');
    await held(world(), nodes, label);
    const report = await reportOf(world(), end.number);
    const { looks } = report;
    expect(looks).toBeGreaterThanOrEqual(2);
    expect(report).toMatchObject({ verdict: 'inconclusive', action: 'none', blind: { looks } });
    expect(report.blind?.why).toMatch(
      /^could not list (records of treasure-hunt\/staging#\d|the liveness of treasure-hunt\/staging): ResourceNotFoundException/,
    );
    expect((await statusOf(world(), 'gameplay')).guard).toEqual(report);
    const { guard: remembered } = await historyOf(world(), end.number);
    expect(remembered?.summary).toMatch(/^not judged at \d looks in a row: .*; the rollout goes on$/);
    expect(await counted('veltrix_guard_blind')).toBe(blindBefore + looks);
  });

  it('without its own memory: nothing can be kept of it, and that is counted too', async () => {
    const [blindBefore, unkeptBefore] = [
      await counted('veltrix_guard_blind'),
      await counted('veltrix_guard_reports_unkept'),
    ];
    await setVariables({ ...variables, VELTRIX_ROLLOUTS_TABLE: 'nowhere' });
    const { end } = await rollOut();
    await setVariables(variables);
    expect(end.state).toBe('COMPLETE');
    const unkept = (await counted('veltrix_guard_reports_unkept')) - unkeptBefore;
    expect(unkept).toBeGreaterThanOrEqual(2);
    expect(await counted('veltrix_guard_blind')).toBe(blindBefore + unkept);
    expect(await historyOf(world(), end.number)).not.toHaveProperty('guard');
  });
});

describe('a guard that does not answer has the rollout rolled back', () => {
  it.each([
    {
      trouble: 'crashes',
      begin: () => setVariables({}),
      words: /: The function's environment is not as it should be: VELTRIX_NODES_TABLE: /,
    },
    {
      trouble: 'is throttled',
      begin: () => lambda('PutFunctionConcurrency', { ReservedConcurrentExecutions: 0 }),
      words: /: Rate Exceeded\.$/,
    },
    {
      // The last one: its code does not come back.
      trouble: 'times out',
      begin: async () => {
        await lambda('UpdateFunctionConfiguration', { Timeout: 1, Handler: 'index.handler' });
        await putCode('setInterval(() => {}, 1_000); export const handler = () => new Promise(() => {});');
      },
      words: /Task timed out after 1\.00 seconds$/,
    },
  ])('when it $trouble, and that is told as its failure, not the version’s', async ({ begin, words }) => {
    await begin();
    const { label, end } = await rollOut();
    await setVariables(variables);
    await lambda('DeleteFunctionConcurrency');
    expect(end.state).toBe('ROLLED_BACK');
    expect(causeOf(end)).toMatch(/^Error invoking extension veltrix-main-guard: /);
    expect(causeOf(end)).toMatch(words);
    const why = causeOf(end);
    expect((await statusOf(world(), 'gameplay')).undone).toMatchObject({ label, by: 'guard-failure', why });
    expect(await historyOf(world(), end.number)).toMatchObject({ undoneBy: 'guard-failure', why });
    await world().advance(minuteMs);
    const told = (await changesOf(world(), end.number)).find(({ type }) => type.endsWith('.rolling-back'));
    expect(told?.data).toMatchObject({ label, triggeredBy: 'APPCONFIG', description: why });
    expect(nodes.map((node) => node.label('gameplay'))).toEqual(Array(20).fill(good));
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cost, type FleetSaid, type Input } from '../../../control/see/cost.js';
import { ServiceUnavailable } from '../../../core/errors.js';
import { tableOf } from '../fleet-at-work.js';
import { record } from '../in-memory-cloud.js';
import { createWorld, type World, yamlWith } from '../world.js';

const staging = { application: 'quest', environment: 'staging' } as const;
const dayMs = 86_400_000;

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

const ask = (said: FleetSaid = {}) => cost(async () => world.cloud, { cluster: staging, said });
const inShort = (inputs: readonly Input[]) =>
  inputs.map(({ name, value, source }) => `${name} ${value} ${source}`);

function nodes(count: number, reportIntervalMs?: number): void {
  const arrivedAtMs = world.cloud.clock();
  const facts = { arrivedAtMs, ...(reportIntervalMs !== undefined && { reportIntervalMs }) };
  const records = Array.from({ length: count }, (_, index) => record({ node: `n${index}`, ...facts }));
  world.cloud.nodes.splice(0, world.cloud.nodes.length, ...records);
}

describe('cost', () => {
  it('goes by the fleet as it is', async () => {
    for (const coolDownMs of [1, 2, 3]) await world.publishAndFinish(yamlWith(coolDownMs));
    nodes(40, 10_000);
    world.cloud.tables.set('quest/staging', tableOf(1, Array(640).fill('n1')));
    const { inputs, target, cluster, blind } = await ask();
    expect({ target, cluster, blind }).toEqual({ target: 'memory', cluster: 'quest/staging', blind: [] });
    expect(inShort(inputs)).toEqual([
      'nodes 40 measured',
      'profiles 1 measured',
      'pollIntervalMs 60000 assumed',
      'reportIntervalMs 10000 measured',
      'changesPerDay 3 measured',
      'partitions 640 measured',
    ]);
  });

  it('counts changes over a week, and those before it not', async () => {
    await world.publishAndFinish(yamlWith(1));
    world.cloud.appConfig.nowMs += 8 * dayMs;
    for (const coolDownMs of [2, 3, 4, 5, 6, 7, 8]) await world.publishAndFinish(yamlWith(coolDownMs));
    nodes(1);
    expect(inShort((await ask()).inputs)).toContain('changesPerDay 1 measured');
  });

  it('counts changes since the first one where that was later', async () => {
    await world.publishAndFinish(yamlWith(1));
    world.cloud.appConfig.nowMs += 2 * dayMs;
    await world.publishAndFinish(yamlWith(2));
    nodes(1);
    const { inputs } = await ask();
    expect(inputs.find(({ name }) => name === 'changesPerDay')?.value).toBeCloseTo(1, 3);
  });

  it('takes what is said over what is measured', async () => {
    nodes(3);
    const said = {
      nodes: 500,
      profiles: 2,
      pollIntervalMs: 30_000,
      reportIntervalMs: 1_000,
      changesPerDay: 0.5,
      partitions: 64,
    };
    const { inputs, perVersionUsd, bill } = await ask(said);
    expect(inputs.every(({ source }) => source === 'given')).toBe(true);
    expect(perVersionUsd).toBeCloseTo(0.4, 9);
    // 500 nodes × 2 profiles × 2 polls a minute × 730 h at $0.20 a million, and a version of each every second day.
    expect(bill.appConfig).toBeCloseTo(
      ((500 * 2 * 2 * 60 * 730) / 1e6) * 0.2 + 500 * 2 * 0.5 * (730 / 24) * 0.0008,
      6,
    );
  });

  it('is the sum of its terms, and says when its prices were', async () => {
    const { bill, terms, prices } = await ask({ nodes: 1_000 });
    expect(terms.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(bill.total, 9);
    for (const { perMonth, priceUsd, usd } of terms) expect(usd).toBeCloseTo(perMonth * priceUsd, 12);
    expect(bill.perNode).toBeCloseTo(bill.total / 1_000, 12);
    expect(prices).toMatchObject({ region: 'us-east-1', asOf: expect.stringMatching(/^\d{4}/) });
  });

  it('needs no AWS where everything is said', async () => {
    const nobody = () => Promise.reject(new Error('not asked'));
    const answer = await cost(nobody, { said: { nodes: 10 } });
    expect(answer).not.toHaveProperty('target');
    expect(inShort(answer.inputs)).toEqual([
      'nodes 10 given',
      'profiles 1 assumed',
      'pollIntervalMs 60000 assumed',
      'reportIntervalMs 5000 assumed',
      'changesPerDay 10 assumed',
      'partitions undefined assumed',
    ]);
    expect(answer.terms.find(({ of }) => of === 'write units of shared-out work')?.usd).toBe(0);
  });

  it('asks how many nodes where nobody knows', async () => {
    await expect(ask()).rejects.toThrow('No node of quest/staging is live');
    await expect(cost(async () => world.cloud, { said: {} })).rejects.toThrow('Of how many nodes?');
  });

  it('says what could not be read, and goes by what is said', async () => {
    const error = new ServiceUnavailable('it is on fire', { hint: '' });
    Object.assign(world.cloud, { records: { list: () => Promise.reject(error) } });
    const { blind, inputs } = await ask({ nodes: 7 });
    expect(blind).toEqual(['the records of nodes cannot be read: it is on fire']);
    expect(inShort(inputs)).toContain('nodes 7 given');
  });
});

/** Twenty nodes whose build is older than the deployed schema, and nobody's requests: facts judge, and silence does not. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inManualWorld, minuteMs } from '../manual-world.js';
import { type OlderFleet, startOlderFleet } from './older-fleet.js';
import { causeOf, changesOf, deploymentOf, historyOf, reportOf, statusOf } from './views.js';

const world = inManualWorld();
const deployed = 2_000;
let fleet: OlderFleet;
beforeAll(async () => {
  fleet = await startOlderFleet(world(), 20);
  await fleet.advance(minuteMs);
});
afterAll(() => fleet?.close());

const inForce = () => fleet.nodes.map((node) => node.config.gameplay.get().coolDownMs);

describe('a version that every node refuses', () => {
  let number: number;
  let label: string;
  const words =
    /([1-9]\d*) of \1 nodes that were offered it refused it \(older-\d+.*\): coolDownMs must be at most 10000$/;

  it('is rolled back at the first tick after its first step, by what the nodes say', async () => {
    const tooLong = { coolDownMs: 30_000 };
    const published = await world().publish('gameplay', tooLong, { strategy: 'linear-20' });
    ({ deployment: number, label } = published);
    await fleet.advance(3 * minuteMs);
    const end = await deploymentOf(world(), number);
    expect(end.state).toBe('ROLLED_BACK');
    expect(end.log.filter(({ type }) => type === 'PERCENTAGE_UPDATED')).toHaveLength(1);
    expect(causeOf(end)).toMatch(/^Rollback requested by extension veltrix-main-guard: .* unhealthy: /);
    expect(causeOf(end)).toMatch(words);
  });

  it('was in force nowhere, and nobody is said to keep it', async () => {
    expect(inForce()).toEqual(Array(20).fill(deployed));
    const { undone, nodes } = await statusOf(world(), 'gameplay');
    expect(undone).toMatchObject({ label, by: 'guard', percentage: 20 });
    expect([nodes.holding.length, nodes.keeping]).toEqual([20, []]);
  });

  it('is told of with the reason of the nodes', async () => {
    expect(await historyOf(world(), number)).toMatchObject({
      undoneBy: 'guard',
      guard: { verdict: 'unhealthy', summary: expect.stringMatching(words) },
    });
    const last = (await changesOf(world(), number)).at(-1);
    expect(last?.type).toBe('dev.veltrix.deployment.rolled-back');
    expect(last?.data.guard).toEqual({
      verdict: 'unhealthy',
      summary: expect.stringMatching(words),
      figures: [],
    });
  });
});

describe('a version that nobody sends requests to', () => {
  it('completes by its profile’s policy, and is called inconclusive wherever somebody looks', async () => {
    const { deployment } = await world().publish(
      'gameplay',
      { coolDownMs: 5_000 },
      { strategy: 'linear-50' },
    );
    await fleet.advance(4 * minuteMs);
    expect((await deploymentOf(world(), deployment)).state).toBe('COMPLETE');
    expect(inForce()).toEqual(Array(20).fill(5_000));
    const summary = 'at 100 %: not judged, 0 requests on 0 nodes with the version';
    const said = { verdict: 'inconclusive', action: 'none', summary };
    expect(await reportOf(world(), deployment)).toMatchObject({
      ...said,
      nodes: { tested: 20, previous: 0 },
    });
    expect(await statusOf(world(), 'gameplay')).toMatchObject({ state: 'deployed', guard: said });
    expect(await historyOf(world(), deployment)).toMatchObject({ state: 'COMPLETE', guard: said });
    const last = (await changesOf(world(), deployment)).at(-1);
    expect(last?.type).toBe('dev.veltrix.deployment.completed');
    expect(last?.data.guard).toEqual({ verdict: 'inconclusive', summary, figures: [] });
  });
});

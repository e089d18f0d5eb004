/** The pages on scale and scaling say what the code says. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { renderTable } from '../../bench/report.js';
import {
  billCells,
  checked,
  ingestCells,
  limitCells,
  routingCells,
} from '../../bench/simulations/ingest/cells.js';
import { check } from '../../bench/simulations/ingest/check.js';
import { autoscalers } from '../../bench/simulations/scaling/autoscalers.js';
import { disturbances } from '../../bench/simulations/scaling/disturbances.js';
import { simulate } from '../../bench/simulations/scaling/simulate.js';
import { fleetLoadSettings } from '../../core/fleet/fleet-load.js';

const page = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), 'utf8');

describe('docs/scale.md', () => {
  const scale = page('scale.md');

  it.each([
    ['ingest', ingestCells],
    ['routing', routingCells],
    ['the bill', billCells],
    ['limits', limitCells],
  ])('has the table of %s as it is reckoned', (_, cells) => {
    expect(scale).toContain(renderTable(cells()));
  });
});

// Of 10,000 nodes and more it is checked where the page's tables are made.
describe('the arithmetic of the ingest', () => {
  it.each([
    { nodes: 20, durationMs: 900_000 },
    { nodes: 1_000, durationMs: 90_000 },
  ])(
    'is within 10 % of a simulation of $nodes nodes',
    async ({ nodes, durationMs }) => {
      const { reckoned, simulated } = await check({ seed: 1, nodes, durationMs, containers: 1 });
      for (const name of checked) {
        const off = Math.abs(reckoned[name] / simulated[name] - 1);
        expect(off, `${name}: ${reckoned[name]} reckoned, ${simulated[name]} simulated`).toBeLessThan(0.1);
      }
    },
    120_000,
  );
});

describe('docs/scaling-policy.md', () => {
  const policy = page('scaling-policy.md');

  it('names the target of the number', () => {
    const [, json = ''] = /```json\n([\s\S]*?)```/.exec(policy) ?? [];
    expect(JSON.parse(json)).toMatchObject({ TargetValue: fleetLoadSettings.targetLoad });
  });

  it.each(
    disturbances
      .filter(({ changes, noise }) => changes !== undefined && noise < 0.1)
      .map((each) => [each.name, each] as const),
  )('is right that FleetLoad acts once for each change: %s', (_, disturbance) => {
    for (const seed of [101, 102, 103, 104]) {
      const make = autoscalers['target tracking on FleetLoad'];
      const outcome = make && simulate(make(), disturbance, { seed, nodes: 40, spread: 0.15 });
      expect(outcome?.actions.length, `seed ${seed}`).toBeLessThanOrEqual(disturbance.changes ?? 0);
    }
  });

  it('is right that it keeps up: a step has its nodes, and only those', () => {
    const step = disturbances.find(({ name }) => name === 'step, twice');
    const make = autoscalers['target tracking on FleetLoad'];
    const outcome = step && make && simulate(make(), step, { seed: 7, nodes: 40, spread: 0.15 });
    expect(outcome?.actions).toHaveLength(1);
    expect(outcome?.nodes).toBeGreaterThan(70);
    expect(outcome?.nodes).toBeLessThan(95);
    expect(outcome?.overCapacityMs).toBeLessThan(420_000);
  });

  it('is right that a threshold script swings', () => {
    const spike = disturbances.find(({ name }) => name === 'spike, twice for 20 min');
    const make = autoscalers['script: busy > 80 % +50 %, < 40 % halve'];
    const outcome = spike && make && simulate(make(), spike, { seed: 7, nodes: 40, spread: 0.15 });
    expect(outcome?.actions.length).toBeGreaterThanOrEqual(4);
    expect(outcome?.reversals).toBeGreaterThanOrEqual(1);
  });
});

/** docs/monitoring says what is measured, and rules and dashboard ask for nothing else. */

import { expect, it } from 'vitest';
import { metrics } from '../../client/telemetry/metrics.js';
import { deadLinks, linkCount, pageOf, unknownCommands } from '../infra/operations/pages.js';

const page = pageOf('monitoring/README.md');
const rows = [
  ...page.matchAll(/^\| `(veltrix\.[\w.]+)` \| `(\w+)` \| (\w+) \| `([^`]+)` \|[^|]*\| ([^|]+) \|$/gm),
].map(([, name, prometheus, kind, unit, description]) => ({ name, prometheus, kind, unit, description }));

it('the table is what is declared, line by line', () => {
  expect(rows.map(({ prometheus: _, ...row }) => row)).toEqual(
    Object.entries(metrics).map(([name, about]) => ({ name, ...about })),
  );
});

it('no rule and no panel asks for a metric that there is not', () => {
  const asked = ['rules.yml', 'rules.test.yml', 'grafana-dashboard.json'].flatMap((file) => [
    ...pageOf(`monitoring/${file}`).matchAll(
      /(?<![:\w])(veltrix_(?:config|node|report|router)_\w+)(?=[[{)\s\\,])/g,
    ),
  ]);
  const known = rows.map(({ prometheus }) => prometheus);
  const attributes = ['veltrix_node_state', 'veltrix_router_self'];
  const names = new Set(asked.map(([, name = '']) => name.replace(/_(bucket|count)$/, '')));
  expect(names.size).toBeGreaterThan(15);
  expect([...names].filter((name) => !known.includes(name) && !attributes.includes(name))).toEqual([]);
});

it('each metric is looked at by some panel', () => {
  const dashboard = pageOf('monitoring/grafana-dashboard.json');
  expect(rows.filter(({ prometheus = '' }) => !dashboard.includes(prometheus))).toEqual([]);
});

it('leads nowhere that is not there, and names no command that there is not', () => {
  expect(linkCount('monitoring/README.md')).toBeGreaterThan(8);
  expect(deadLinks('monitoring/README.md')).toEqual([]);
  expect(unknownCommands(page)).toEqual([]);
});

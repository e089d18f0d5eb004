/**
 * The rules and the dashboard, against a real Prometheus that reads a real node's OpenMetrics, where one is installed
 * (Debian: `apt-get install prometheus`); where none is, nothing is proved, and the test says so.
 */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { connectWith } from '../../client/connect.js';
import { openMetrics, openMetricsType } from '../../sample/metrics/open-metrics.js';
import { createCluster, grant, keyOf, member, routed } from '../client/routing/cluster.js';
import { measured } from '../client/telemetry/measured.js';
import { folder, promtool, startPrometheus, targetsOf, versionOf } from './prometheus.js';

const isHere = versionOf('prometheus') !== undefined && versionOf('promtool') !== undefined;

const dashboardSchema = z.object({
  panels: z.array(
    z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) }),
  ),
});
const dashboard = dashboardSchema.parse(
  JSON.parse(readFileSync(path.join(folder, 'grafana-dashboard.json'), 'utf8')),
);
/** As Grafana would ask. */
const queries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => ({
    title,
    expression: expr
      .replaceAll('$application', 'hunt')
      .replaceAll('$environment', 'staging')
      .replaceAll('$__rate_interval', '1m'),
  })),
);

/** A node with work, in a cluster of two, on the clock of the test. */
async function startNode() {
  const world = createCluster();
  const { telemetry, collect } = measured();
  world.table.write([grant('a', 1), grant('b', 1)]);
  world.table.writeRoster([member('a'), member('b')]);
  const outside = { ...world.outside, assignments: world.table.reader(), telemetry };
  const starting = connectWith(routed, { environment: 'staging', node: 'a', directory: false }, outside);
  await world.clock.settle();
  const node = await starting;
  /** Some seconds in which something happens. */
  const live = async () => {
    node.count({ requests: 20, errors: 2, slow: 1 });
    await node.router.send(async () => 'here', { key: keyOf[0] });
    world.appConfig.deploy('limits', { queueSize: 'many' }, 'v2-dddddddd');
    await world.clock.advance(70_000);
  };
  return { node, live, collect };
}

it('is here, or nothing is proved', () => {
  if (!isHere) process.stderr.write('Prometheus is not installed here: nothing was proved.\n');
  expect(typeof isHere).toBe('boolean');
});

describe.runIf(isHere)('the files of docs/monitoring', () => {
  it('are well, says promtool', () => {
    expect(promtool('check', 'config', '--syntax-only', 'prometheus.yml')).toMatchObject({ isWell: true });
    expect(promtool('check', 'rules', 'rules.yml').output).toContain('8 rules found');
  });

  it('raise each alert when they should', () => {
    const { isWell, output } = promtool('test', 'rules', 'rules.test.yml');
    expect([isWell, output]).toEqual([true, expect.stringContaining('SUCCESS')]);
    const tests = readFileSync(path.join(folder, 'rules.test.yml'), 'utf8');
    const alerts = [...readFileSync(path.join(folder, 'rules.yml'), 'utf8').matchAll(/alert: (\w+)/g)];
    expect(alerts.length).toBeGreaterThan(5);
    for (const [, alert] of alerts) expect(tests).toMatch(new RegExp(`alertname: ${alert}\n +exp_alerts:\n`));
  });
});

describe.runIf(isHere)('a Prometheus that reads a node', () => {
  let prometheus: Awaited<ReturnType<typeof startPrometheus>>;
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    const { node, live, collect } = await startNode();
    const server = createServer(async (_, response) => {
      await live();
      response.writeHead(200, { 'content-type': openMetricsType }).end(openMetrics(await collect()));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    prometheus = await startPrometheus(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    closing.push(
      () => prometheus.stop(),
      () => server.close().closeAllConnections(),
      () => node.close(),
    );
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });

  it('understands its OpenMetrics', async () => {
    expect(await prometheus.targetRead()).toEqual({ health: 'up', lastError: '' });
  });

  it.each(queries.filter(({ title }) => title !== 'Alerts'))(
    'answers "$title": $expression',
    async ({ expression }) => {
      const answered = await prometheus.until(async () => {
        const series = await prometheus.query(expression);
        return series.length > 0 ? series : undefined;
      });
      expect(answered.length).toBeGreaterThan(0);
    },
  );

  it('has the alerts in the dashboard that it will raise', async () => {
    const [{ expression } = { expression: '' }] = queries.filter(({ title }) => title === 'Alerts');
    const pending = expression.replace('firing', 'pending');
    const raised = await prometheus.until(async () => {
      const names = (await prometheus.query(pending)).map(({ alertname }) => alertname);
      return names.includes('VeltrixNodesRefusing') ? names : undefined;
    });
    expect(raised).not.toContain('VeltrixFleetOverCapacity');
  });

  it('finds nothing wrong with a rule', async () => {
    expect(JSON.stringify(await prometheus.rules())).not.toContain('"health":"err"');
  });
});

describe('targets of Prometheus', () => {
  it('are the nodes that have an address', () => {
    const nodes = [{ node: 'a', endpoint: 'http://10.0.0.7:8080' }, { node: 'b' }];
    expect(targetsOf({ nodes })).toEqual([{ targets: ['10.0.0.7:8080'] }]);
  });
});

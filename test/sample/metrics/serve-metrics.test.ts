import { createServer } from 'node:http';
import { metrics } from '@opentelemetry/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listen } from '../../../sample/http.js';
import { serveMetrics } from '../../../sample/metrics/serve-metrics.js';

let server: ReturnType<typeof createServer>;
let base: string;
beforeAll(async () => {
  const answer = serveMetrics();
  server = createServer((request, response) => answer(request, response) || response.writeHead(418).end());
  base = `http://127.0.0.1:${await listen(server, { host: '127.0.0.1', port: 0 })}`;
});
afterAll(() => {
  server.close();
  // It is the process's: files that share one must not find it.
  metrics.disable();
});

it('answers what was measured since, as OpenMetrics', async () => {
  metrics.getMeter('shop').createCounter('shop.orders').add(2);
  const answer = await fetch(`${base}/metrics`);
  expect(answer.headers.get('content-type')).toBe(
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
  );
  expect(await answer.text()).toContain('shop_orders_total 2\n# EOF\n');
});

it('leaves everything else alone', async () => {
  expect((await fetch(`${base}/metrics`, { method: 'POST' })).status).toBe(418);
  expect((await fetch(`${base}/hunts`)).status).toBe(418);
});

/** A table that takes connections and never answers keeps nobody waiting: undoing needs AppConfig alone. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connect } from '../../control/connect.js';

let server: Server;
beforeAll(async () => {
  server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const unavailable = { code: 'VELTRIX_SERVICE_UNAVAILABLE' };
const undone = { author: 'anna', reason: 'why', at: '2026-01-01T00:00:00.000Z' };

it.each([
  ['keeping who undid it', 3_500, () => connectHere().rollouts.saveUndone('shop/staging', 1, undone)],
  ['reading what nodes report', 8_000, () => connectHere().records.list('shop/staging')],
])('%s is given up within seconds', { timeout: 30_000 }, async (_, withinMs, ask) => {
  const beganMs = performance.now();
  await expect(ask()).rejects.toMatchObject(unavailable);
  expect(performance.now() - beganMs).toBeLessThan(withinMs);
});

const connectHere = () => connect({ stage: 'main', target: 'nowhere' });

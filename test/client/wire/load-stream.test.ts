import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { kinesisLoadReports } from '../../../aws/kinesis/load-stream.js';
import type { NodeReport } from '../../../core/fleet/node-reports.js';
import { startWireWorld, type WireWorld } from './world.js';

let world: WireWorld;
beforeAll(async () => {
  world = await startWireWorld();
});
afterAll(() => world.close());

const report = (sequence: number): NodeReport => ({
  form: 1,
  cluster: 'hunt/staging',
  node: 'n1',
  incarnation: 'one',
  sequence,
  labels: {},
  capacity: 1,
  load: 0,
  queueDepth: 0,
  inFlight: 0,
  health: 'ready',
  profiles: {},
  droppedReports: 0,
});

const patient = () => AbortSignal.timeout(10_000);

describe('the load stream', () => {
  it('takes reports in one batch, in order', async () => {
    const reports = kinesisLoadReports('veltrix-main-load');
    expect(await reports.put([report(1), report(2), report(3)], patient())).toEqual({ unsent: [] });
    reports.close();
    expect(await world.reports()).toEqual([report(1), report(2), report(3)]);
  });

  it('gives back what it did not take, and says why', async () => {
    const reports = kinesisLoadReports('veltrix-main-nowhere');
    const outcome = await reports.put([report(1)], patient());
    reports.close();
    expect(outcome).toEqual({
      unsent: [report(1)],
      reason: expect.stringContaining('ResourceNotFoundException'),
    });
  });

  it('takes another connection when nothing comes on the one it has', async () => {
    const behind = new URL(world.environment['AWS_ENDPOINT_URL'] ?? '');
    const sockets: net.Socket[] = [];
    let silent = 1;
    const between = net.createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      if (silent > 0) silent -= 1;
      else socket.pipe(net.connect(Number(behind.port), behind.hostname)).pipe(socket);
    });
    await new Promise<void>((listening) => between.listen(0, '127.0.0.1', listening));
    const { port } = between.address() as net.AddressInfo;
    vi.stubEnv('AWS_ENDPOINT_URL_KINESIS', `http://127.0.0.1:${port}`);
    const reports = kinesisLoadReports('veltrix-main-load');
    expect(await reports.put([report(4)], AbortSignal.timeout(2_000))).toEqual({ unsent: [] });
    expect(sockets.length).toBe(2);
    // The one that answered is kept.
    expect(await reports.put([report(5)], patient())).toEqual({ unsent: [] });
    expect(sockets.length).toBe(2);
    reports.close();
    vi.unstubAllEnvs();
    for (const socket of sockets) socket.destroy();
    between.close();
  });
});

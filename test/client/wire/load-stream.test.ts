import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { ServiceUnavailable } from '../../core/errors.js';
import { createGauges } from '../../functions/gauges.js';
import { createLog } from '../../functions/log.js';
import { createMeasures } from '../../functions/measures.js';

/** What goes to standard output and error while `run` runs, line by line. */
function printed(run: () => void): Record<string, unknown>[] {
  const lines: string[] = [];
  const keep = (chunk: unknown) => {
    lines.push(...String(chunk).split('\n').filter(Boolean));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  run();
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the log of a function', () => {
  it('is lines of JSON with the function’s name', () => {
    const lines = printed(() => createLog('record-load').info('recorded', { written: 3 }));
    expect(lines).toMatchObject([{ level: 'INFO', service: 'record-load', message: 'recorded', written: 3 }]);
  });

  it('tells of an error with its code and its cause', () => {
    const error = new ServiceUnavailable('could not read', {
      hint: 'try again',
      retryable: true,
      cause: new Error('socket closed'),
    });
    const lines = printed(() => createLog('x').error('failed', error, { address: 'a/b' }));
    expect(lines).toMatchObject([
      {
        level: 'ERROR',
        message: 'failed',
        address: 'a/b',
        code: 'VELTRIX_SERVICE_UNAVAILABLE',
        retryable: true,
        error: { message: 'could not read', cause: { message: 'socket closed' } },
      },
    ]);
  });

  it('tells of what is thrown and is no error', () => {
    expect(printed(() => createLog('x').error('failed', 'oops'))).toMatchObject([{ error: 'oops' }]);
  });
});

describe('what a function measures', () => {
  it('is one line of embedded metrics, under the function’s kind and nothing finer', () => {
    const measures = createMeasures('record-load');
    const lines = printed(() => {
      measures.count('ReportsReceived', 3);
      measures.count('ReportsReceived', 2);
      measures.count('ReportsRefused', 0);
      measures.flush();
    });
    expect(lines).toMatchObject([
      {
        service: 'record-load',
        ReportsReceived: [3, 2],
        _aws: {
          CloudWatchMetrics: [
            {
              Namespace: 'Veltrix',
              Dimensions: [['service']],
              Metrics: [{ Name: 'ReportsReceived', Unit: 'Count' }],
            },
          ],
        },
      },
    ]);
    expect(lines[0]).not.toHaveProperty('ReportsRefused');
  });

  it('is nothing when nothing was counted, and never told twice', () => {
    const measures = createMeasures('record-load');
    const lines = printed(() => {
      measures.flush();
      measures.count('ReportsReceived', 1);
      measures.flush();
      measures.flush();
    });
    expect(lines).toHaveLength(1);
  });
});

describe('the gauges of a cluster', () => {
  it('are one line of embedded metrics under the cluster alone, without those that say nothing', () => {
    const gauges = createGauges('assign-partitions');
    const lines = printed(() => {
      gauges.emit('shop/staging', { FleetLoad: undefined, FleetNodes: 4 });
      gauges.emit('shop/production', { FleetLoad: 0.7, FleetNodes: 0 });
      gauges.emit('shop/production', { FleetLoad: undefined });
    });
    const metrics = (...names: string[]) => ({
      CloudWatchMetrics: [
        {
          Namespace: 'Veltrix',
          Dimensions: [['cluster']],
          Metrics: names.map((Name) => ({ Name, Unit: 'None' })),
        },
      ],
    });
    expect(lines).toMatchObject([
      { cluster: 'shop/staging', FleetNodes: 4, _aws: metrics('FleetNodes') },
      { cluster: 'shop/production', FleetLoad: 0.7, FleetNodes: 0, _aws: metrics('FleetLoad', 'FleetNodes') },
    ]);
    expect(lines).toHaveLength(2);
  });
});

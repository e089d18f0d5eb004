import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../../sample/metrics/open-metrics.js';

class AskedReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

/** A meter, and the text of what was measured with it. */
function meter() {
  const reader = new AskedReader();
  const provider = new MeterProvider({ readers: [reader] });
  return {
    meter: provider.getMeter('shop'),
    text: async () => openMetrics((await reader.collect()).resourceMetrics),
  };
}

describe('OpenMetrics', () => {
  it('ends with its end, also when nothing was measured', async () => {
    expect(await meter().text()).toBe('# EOF\n');
  });

  it('names a counter without its suffix, and its samples with it', async () => {
    const { meter: of, text } = meter();
    const orders = of.createCounter('shop.orders', { unit: '{order}', description: 'Orders taken' });
    orders.add(2, { 'shop.kind': 'gift' });
    orders.add(3);
    expect(await text()).toBe(
      [
        '# TYPE shop_orders counter',
        '# HELP shop_orders Orders taken',
        'shop_orders_total{shop_kind="gift"} 2',
        'shop_orders_total 3',
        '# EOF\n',
      ].join('\n'),
    );
  });

  it('ends names with their unit, where it is one', async () => {
    const { meter: of, text } = meter();
    of.createGauge('shop.age', { unit: 's' }).record(1.5);
    of.createGauge('shop.use', { unit: '1' }).record(0.25);
    of.createUpDownCounter('shop.carts', { unit: '1' }).add(-1);
    of.createCounter('shop.share', { unit: '1' }).add(1);
    const lines = (await text()).split('\n').filter((line) => !line.startsWith('# HELP'));
    expect(lines).toEqual([
      '# TYPE shop_age_seconds gauge',
      '# UNIT shop_age_seconds seconds',
      'shop_age_seconds 1.5',
      '# TYPE shop_use_ratio gauge',
      '# UNIT shop_use_ratio ratio',
      'shop_use_ratio 0.25',
      '# TYPE shop_carts gauge',
      'shop_carts -1',
      '# TYPE shop_share counter',
      'shop_share_total 1',
      '# EOF',
      '',
    ]);
  });

  it('adds buckets up, to the infinite one', async () => {
    const { meter: of, text } = meter();
    const took = of.createHistogram('shop.took', {
      unit: 's',
      advice: { explicitBucketBoundaries: [0.1, 1] },
    });
    for (const seconds of [0.05, 0.5, 0.5, 7]) took.record(seconds, { way: 'air' });
    const lines = (await text()).split('\n').filter((line) => !line.startsWith('#'));
    expect(lines).toEqual([
      'shop_took_seconds_bucket{way="air",le="0.1"} 1',
      'shop_took_seconds_bucket{way="air",le="1"} 3',
      'shop_took_seconds_bucket{way="air",le="+Inf"} 4',
      'shop_took_seconds_sum{way="air"} 8.05',
      'shop_took_seconds_count{way="air"} 4',
      '',
    ]);
  });

  it('escapes what a label or a help text may not hold', async () => {
    const { meter: of, text } = meter();
    of.createGauge('shop.x', { description: 'a\nb \\ "c"' }).record(1, { path: 'C:\\a "b"\nc' });
    const lines = (await text()).split('\n');
    expect(lines[1]).toBe('# HELP shop_x a\\nb \\\\ \\"c\\"');
    expect(lines[2]).toBe('shop_x{path="C:\\\\a \\"b\\"\\nc"} 1');
  });
});

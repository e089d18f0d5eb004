/** What the dashboards show is what functions, and AWS itself, emit. */

import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { assignMetrics, fleetGauges } from '../../../functions/assign-partitions/settings.js';
import { changeGauges, fanOutMetrics } from '../../../functions/fan-out-change/settings.js';
import { guardMetrics } from '../../../functions/guard-rollout/settings.js';
import { publishMetrics } from '../../../functions/publish-config/settings.js';
import { recordLoadMetrics, reportGauges } from '../../../functions/record-load/settings.js';
import { OperationsStack } from '../../../infra/stacks/operations-stack.js';
import { scratchApps } from '../assembly.js';
import { hunt, shop, stageOf } from '../stages/synthesized.js';
import { unknownCommands } from './pages.js';

const scratchApp = scratchApps();

const widgetSchema = z.looseObject({
  type: z.string(),
  x: z.int(),
  y: z.int(),
  width: z.int(),
  height: z.int(),
  properties: z.looseObject({
    title: z.string().optional(),
    markdown: z.string().optional(),
    query: z.string().optional(),
    alarms: z.array(z.string()).optional(),
    annotations: z.looseObject({ alarms: z.array(z.string()).optional() }).optional(),
    metrics: z.array(z.array(z.unknown())).optional(),
  }),
});
type Widget = z.output<typeof widgetSchema>;

/** A body as CloudFormation would write it: what it does not know before it deploys stands as `<Id>`. */
const bodySchema = z
  .object({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.unknown())]) })
  .transform((body) =>
    body['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : '<unknown>')).join(''),
  )
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.object({ widgets: z.array(widgetSchema) }));

/** Widgets of each dashboard, by its name. */
function dashboards(about: Parameters<typeof stageOf>[0] = {}): ReadonlyMap<string, readonly Widget[]> {
  const app = scratchApp();
  const stack = new OperationsStack(app, 'Operations', { stage: stageOf(about), applications: [hunt, shop] });
  const { template } = app.synth().getStackByName(stack.stackName);
  const found = Template.fromJSON(template).findResources('AWS::CloudWatch::Dashboard');
  return new Map(
    Object.values(found).map(({ Properties }) => [
      Properties.DashboardName as string,
      bodySchema.parse(Properties.DashboardBody).widgets,
    ]),
  );
}

/** A metric as a widget names it: namespace, name, then its dimensions, then how it is drawn. */
function metricsOf(widgets: readonly Widget[]) {
  return widgets
    .flatMap(({ properties }) => properties.metrics ?? [])
    .map(([namespace, name, ...rest]) => {
      const words = rest.filter((each): each is string => typeof each === 'string');
      return { namespace, name, dimensions: words };
    });
}

const emitted = (metrics: Readonly<Record<string, string>>) => new Set(Object.values(metrics));
const byService = new Map([
  ['publish-config', emitted(publishMetrics)],
  ['guard-rollout', emitted(guardMetrics)],
  ['fan-out-change', emitted(fanOutMetrics)],
  ['record-load', emitted(recordLoadMetrics)],
  ['assign-partitions', emitted(assignMetrics)],
]);
const byCluster = emitted({ ...fleetGauges, ...changeGauges, ...reportGauges });

describe('the dashboards of a stage', () => {
  let all: ReturnType<typeof dashboards>;
  beforeAll(() => {
    all = dashboards();
  });

  it('are one per environment', () => {
    expect([...all.keys()]).toEqual([
      'veltrix-main-hunt-staging',
      'veltrix-main-hunt-production',
      'veltrix-main-shop-production',
    ]);
  });

  it('answer five questions, from top to bottom', () => {
    for (const widgets of all.values()) {
      const headings = widgets.filter(({ properties }) => properties.markdown?.startsWith('# '));
      expect(headings.toSorted((a, b) => a.y - b.y).map(({ properties }) => properties.markdown)).toEqual([
        '# What is deployed?',
        '# Who runs it?',
        '# Is it hurting?',
        '# Undo it',
        '# Is the machinery well?',
      ]);
      for (const { x, width } of widgets) expect(x + width).toBeLessThanOrEqual(24);
    }
  });

  it('show no metric that nobody emits, and none of a single node', () => {
    for (const [name, widgets] of all) {
      const cluster = name.replace('veltrix-main-', '').replace('-', '/');
      const own = metricsOf(widgets).filter(({ namespace }) => namespace === 'Veltrix');
      expect(own.length).toBeGreaterThan(8);
      for (const { name: metric, dimensions } of own) {
        const [dimension, value = ''] = dimensions;
        expect(dimensions).toHaveLength(2);
        const known = dimension === 'cluster' ? byCluster : byService.get(value);
        expect([metric, known?.has(String(metric))]).toEqual([metric, true]);
        if (dimension === 'cluster') expect(value).toBe(cluster);
      }
    }
  });

  it('show of AWS what the alarms watch, of this stage', () => {
    const aws = metricsOf(all.get('veltrix-main-hunt-staging') ?? []).filter(
      ({ namespace }) => namespace !== 'Veltrix',
    );
    expect(new Set(aws.map(({ namespace }) => namespace))).toEqual(
      new Set(['AWS/Lambda', 'AWS/Kinesis', 'AWS/DynamoDB', 'AWS/SQS']),
    );
    for (const { dimensions } of aws) expect(dimensions[1]).toMatch(/^veltrix-main-/);
  });

  it('say nothing of assignment where no work is shared out', () => {
    const metrics = metricsOf(all.get('veltrix-main-shop-production') ?? []);
    const names = metrics.map(({ name }) => String(name));
    expect(names.filter((name) => /^(Fleet|Assignment)/.test(name))).toEqual([]);
    expect(names).toContain('DeploymentsUndone');
  });

  it('read the logs of the functions that write what they look for', () => {
    const queries = (all.get('veltrix-main-hunt-staging') ?? []).flatMap(
      ({ properties: { query } }) => query ?? [],
    );
    expect(queries).toEqual([
      'SOURCE \'/aws/lambda/veltrix-main-publish-hunt-staging\' | fields @timestamp, deployment, label, strategy, caller\n| filter message = "answered" and outcome = "accepted"\n| sort @timestamp desc\n| limit 20',
      'SOURCE \'/aws/lambda/veltrix-main-guard-rollout\' | fields @timestamp, profile, deployment, report.nodes.tested, report.nodes.previous, report.summary\n| filter message = "looked" and profile like "hunt/staging/"\n| sort @timestamp desc\n| limit 20',
    ]);
  });

  it('say how to undo it, by commands that there are', () => {
    for (const widgets of all.values()) {
      const [text = ''] = widgets.flatMap(({ properties }) =>
        properties.markdown?.includes('rollback') ? [properties.markdown] : [],
      );
      expect(text).toContain('/PROFILE -m "why"');
      expect(unknownCommands(text.replaceAll(/ {3,}[a-z].*$/gm, ''))).toEqual([]);
    }
  });

  it('show the state of the alarms that concern the environment, and of no other’s', () => {
    const shown = (name: string) =>
      (all.get(name) ?? []).flatMap(({ type, properties }) =>
        type === 'alarm' ? (properties.alarms ?? []) : [],
      );
    expect(shown('veltrix-main-hunt-staging')).toHaveLength(28);
    expect(shown('veltrix-main-shop-production')).toHaveLength(27);
  });

  it('show the alarm on what customers feel, where there is one', () => {
    const alarmArn = 'arn:aws:cloudwatch:eu-central-1:111122223333:alarm:checkout-errors';
    const monitored = dashboards({
      environments: {
        staging: { strategy: 'linear-50' },
        production: { strategy: 'canary-10', monitor: { alarmArn } },
      },
    });
    const shows = (name: string) => JSON.stringify(monitored.get(name)).includes(alarmArn);
    expect([shows('veltrix-main-hunt-staging'), shows('veltrix-main-hunt-production')]).toEqual([
      false,
      true,
    ]);
  });
});

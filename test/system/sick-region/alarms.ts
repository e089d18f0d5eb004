/** CloudWatch's part, which the local AWS does not have: the deployed alarms, evaluated over what was recorded. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type { MetricSample } from '../../../local/index.js';

const minuteMs = 60_000;

const alarmSchema = z.object({
  AlarmName: z.string(),
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
  Statistic: z.enum(['Sum', 'Maximum']),
  Period: z.literal(60),
  Threshold: z.number(),
  ComparisonOperator: z.enum(['GreaterThanOrEqualToThreshold', 'LessThanThreshold']),
  EvaluationPeriods: z.int(),
  DatapointsToAlarm: z.int(),
  TreatMissingData: z.enum(['notBreaching', 'breaching']),
});
export type Alarm = z.output<typeof alarmSchema>;

const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown().optional() })),
});

/** Every alarm of a synthesized assembly. @throws for one that this does not know how to evaluate. */
export function alarmsIn(assembly: string): readonly Alarm[] {
  const templates = readdirSync(assembly).filter((name) => name.endsWith('.template.json'));
  return templates.flatMap((name) => {
    const template = templateSchema.parse(JSON.parse(readFileSync(path.join(assembly, name), 'utf8')));
    return Object.values(template.Resources)
      .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
      .map(({ Properties }) => alarmSchema.parse(Properties));
  });
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Names of the alarms that are raised at the end of any minute of the span, without their stage, sorted: so many of the last
 * periods breach, and a period without a value does as `TreatMissingData` says
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html).
 */
export function raisedIn(
  { fromMs, toMs }: Span,
  alarms: readonly Alarm[],
  samples: readonly MetricSample[],
): readonly string[] {
  const [first, last] = [Math.floor(fromMs / minuteMs), Math.ceil(toMs / minuteMs)];
  const raised = alarms.filter((alarm) => {
    const breaches = breachesOf(alarm, samples);
    for (let minute = first; minute < last; minute++) if (isRaised(alarm, breaches, minute)) return true;
    return false;
  });
  return raised.map(({ AlarmName }) => AlarmName.replace('veltrix-main-', '')).sort();
}

function isRaised(alarm: Alarm, breaches: ReadonlyMap<number, boolean>, minute: number): boolean {
  let bad = 0;
  for (let back = 0; back < alarm.EvaluationPeriods; back++)
    if (breaches.get(minute - back) ?? alarm.TreatMissingData === 'breaching') bad += 1;
  return bad >= alarm.DatapointsToAlarm;
}

/** Of each minute that has a value whether it breaches. */
function breachesOf(alarm: Alarm, samples: readonly MetricSample[]): ReadonlyMap<number, boolean> {
  const values = new Map<number, number>();
  for (const sample of samples) {
    if (!isOf(alarm, sample)) continue;
    const minute = Math.floor(sample.atMs / minuteMs);
    for (const value of sample.values) {
      const before = values.get(minute);
      if (before === undefined) values.set(minute, value);
      else values.set(minute, alarm.Statistic === 'Sum' ? before + value : Math.max(before, value));
    }
  }
  const breaches = (value: number) =>
    alarm.ComparisonOperator === 'LessThanThreshold' ? value < alarm.Threshold : value >= alarm.Threshold;
  return new Map([...values].map(([minute, value]) => [minute, breaches(value)]));
}

function isOf({ Namespace, MetricName, Dimensions }: Alarm, sample: MetricSample): boolean {
  if (sample.namespace !== Namespace || sample.name !== MetricName) return false;
  const wanted = Dimensions.map(({ Name, Value }) => [Name, Value] as const);
  return (
    wanted.length === Object.keys(sample.dimensions).length &&
    wanted.every(([name, value]) => sample.dimensions[name] === value)
  );
}

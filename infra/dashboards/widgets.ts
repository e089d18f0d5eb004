/** Widgets of one look: 24 columns wide in all, a minute a point. */

import { Duration } from 'aws-cdk-lib';
import { GraphWidget, LogQueryWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmAbout } from '../operations/alarm-about.js';
import { metricOf } from '../operations/metric-of.js';

const heightUnits = 6;

export interface Line {
  readonly metric: AlarmAbout['metric'];
  readonly label: string;
}

export interface GraphAbout {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly width: number;
  /** Where it begins to be bad. */
  readonly limit?: { readonly value: number; readonly label: string };
}

export const graph = ({ title, lines, width, limit }: GraphAbout): GraphWidget =>
  new GraphWidget({
    title,
    width,
    height: heightUnits,
    left: lines.map(({ metric, label }) => metricOf(metric, Duration.minutes(1), label)),
    leftYAxis: { min: 0, showUnits: false },
    ...(limit && { leftAnnotations: [limit] }),
  });

export const heading = (question: string): TextWidget =>
  new TextWidget({ markdown: `# ${question}`, width: 24, height: 1 });

export interface LogAbout {
  readonly title: string;
  /** Of the function whose log it is. */
  readonly functionName: string;
  readonly fields: readonly string[];
  readonly filter: string;
  readonly width: number;
}

/** The newest lines of a function's log: they say who and why, which no metric does. */
export const newest = ({ title, functionName, fields, filter, width }: LogAbout): LogQueryWidget =>
  new LogQueryWidget({
    title,
    width,
    height: heightUnits,
    logGroupNames: [`/aws/lambda/${functionName}`],
    queryLines: [
      `fields @timestamp, ${fields.join(', ')}`,
      `filter ${filter}`,
      'sort @timestamp desc',
      'limit 20',
    ],
  });

/** A metric as the CDK wants it. */

import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmAbout } from './alarm-about.js';

export const metricOf = (
  { namespace, name, dimensions, statistic }: AlarmAbout['metric'],
  period: Duration,
  label?: string,
): Metric =>
  new Metric({
    namespace,
    metricName: name,
    dimensionsMap: dimensions,
    statistic,
    period,
    ...(label !== undefined && { label }),
  });

/** Dollars a month, by service. */

import { type Design, design, type FleetPlan } from './plan.js';
import { type Prices, prices } from './prices.js';
import { type Rates, ratesOf } from './rates.js';

/** As AWS counts a month: 730 hours. */
const [monthHours, monthSeconds] = [730, 730 * 3_600] as const;

/** US dollars a month. */
export interface Bill {
  readonly appConfig: number;
  readonly kinesis: number;
  readonly dynamoDb: number;
  readonly lambda: number;
  readonly cloudWatch: number;
  readonly total: number;
  readonly perNode: number;
}

/**
 * What a fleet costs. Not in it: what the nodes themselves cost, data transfer (NAT gateways and endpoints), the stream of changes,
 * deployments with the functions that they call, and free tiers.
 */
export function billOf(plan: FleetPlan, pace: Design = design, list: Prices = prices): Bill {
  const rates = ratesOf(plan, pace);
  const parts = {
    appConfig:
      monthSeconds *
      (rates.polls * list.appConfig.perRequest + rates.received * list.appConfig.perConfigurationReceived),
    kinesis:
      monthHours * rates.shards * list.kinesis.perShardHour +
      monthSeconds * rates.payloadUnits * list.kinesis.perPutPayloadUnit,
    dynamoDb:
      monthSeconds *
      ((rates.ingestWriteUnits + rates.routingWriteUnits) * list.dynamoDb.perWriteUnit +
        readUnitsOf(rates) * list.dynamoDb.perReadUnit),
    lambda: monthSeconds * lambdaOf(rates, pace, list),
    cloudWatch:
      pace.metrics * list.cloudWatch.perMetricMonth +
      pace.alarms * list.cloudWatch.perAlarmMonth +
      (monthSeconds * rates.logBytes * list.cloudWatch.perLogGb) / 1e9,
  };
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return { ...parts, total, perNode: total / plan.nodes };
}

const readUnitsOf = ({ functionReadUnits, headReadUnits, tableReadUnits }: Rates): number =>
  functionReadUnits + headReadUnits + tableReadUnits;

/** Dollars a second. */
const lambdaOf = (rates: Rates, pace: Design, { lambda }: Prices): number =>
  (rates.batches + rates.runs) * lambda.perInvocation +
  (rates.recordLoadConcurrency * pace.recordLoad.memoryGb + rates.assignConcurrency * pace.assign.memoryGb) *
    lambda.perGbSecond;

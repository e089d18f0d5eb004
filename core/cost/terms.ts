/** What a fleet costs, term by term: so many a month of something that has a price. The bill is their sum, and nothing else. */

import { type Design, design, type FleetPlan } from './plan.js';
import { type Prices, prices } from './prices.js';
import { type Rates, ratesOf } from './rates.js';

/** As AWS counts a month: 730 hours. */
export const [monthHours, monthSeconds] = [730, 730 * 3_600] as const;

export const costServices = ['appConfig', 'kinesis', 'dynamoDb', 'lambda', 'cloudWatch'] as const;
export type CostService = (typeof costServices)[number];

export interface Term {
  readonly service: CostService;
  /** What is paid for: `polls`. */
  readonly of: string;
  /** So many a month. */
  readonly perMonth: number;
  /** US dollars of one. */
  readonly priceUsd: number;
  /** US dollars a month: the product. */
  readonly usd: number;
}

/** In the order of services. */
export function termsOf(plan: FleetPlan, pace: Design = design, list: Prices = prices): readonly Term[] {
  const rates = ratesOf(plan, pace);
  const term =
    (service: CostService, of: string) =>
    (perMonth: number, priceUsd: number): Term => ({
      service,
      of,
      perMonth,
      priceUsd,
      usd: perMonth * priceUsd,
    });
  const a = (perSecond: number): number => monthSeconds * perSecond;
  return [
    term('appConfig', 'polls')(a(rates.polls), list.appConfig.perRequest),
    term('appConfig', 'configurations received')(a(rates.received), list.appConfig.perConfigurationReceived),
    term('kinesis', 'hours of a shard')(monthHours * rates.shards, list.kinesis.perShardHour),
    term('kinesis', 'reports, in units of 25 KB')(a(rates.payloadUnits), list.kinesis.perPutPayloadUnit),
    term('dynamoDb', 'write units of records')(a(rates.ingestWriteUnits), list.dynamoDb.perWriteUnit),
    term('dynamoDb', 'write units of shared-out work')(
      a(rates.routingWriteUnits),
      list.dynamoDb.perWriteUnit,
    ),
    term('dynamoDb', 'read units of nodes')(
      a(rates.headReadUnits + rates.tableReadUnits),
      list.dynamoDb.perReadUnit,
    ),
    term('dynamoDb', 'read units of functions')(a(rates.functionReadUnits), list.dynamoDb.perReadUnit),
    term('lambda', 'invocations')(a(rates.batches + rates.runs), list.lambda.perInvocation),
    term('lambda', 'GB-seconds')(a(gigabytesOf(rates, pace)), list.lambda.perGbSecond),
    term('cloudWatch', 'metrics')(pace.metrics, list.cloudWatch.perMetricMonth),
    term('cloudWatch', 'alarms')(pace.alarms, list.cloudWatch.perAlarmMonth),
    term('cloudWatch', 'GB of logs')(a(rates.logBytes) / 1e9, list.cloudWatch.perLogGb),
  ];
}

/** Memory in use at a time, on average. */
const gigabytesOf = (rates: Rates, { recordLoad, assign }: Design): number =>
  rates.recordLoadConcurrency * recordLoad.memoryGb + rates.assignConcurrency * assign.memoryGb;

/** What AWS asks, in US dollars: on-demand list prices without free tiers, savings plans or taxes. */

export interface Prices {
  readonly region: string;
  /** When the pages under `sources` said so. */
  readonly asOf: string;
  readonly sources: readonly string[];
  readonly appConfig: { readonly perRequest: number; readonly perConfigurationReceived: number };
  readonly kinesis: { readonly perShardHour: number; readonly perPutPayloadUnit: number };
  readonly dynamoDb: { readonly perWriteUnit: number; readonly perReadUnit: number };
  readonly lambda: { readonly perInvocation: number; readonly perGbSecond: number };
  readonly cloudWatch: {
    readonly perMetricMonth: number;
    readonly perAlarmMonth: number;
    readonly perLogGb: number;
  };
}

export const prices: Prices = {
  region: 'us-east-1',
  asOf: '2025',
  sources: [
    'https://aws.amazon.com/systems-manager/pricing/',
    'https://aws.amazon.com/kinesis/data-streams/pricing/',
    'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    'https://aws.amazon.com/lambda/pricing/',
    'https://aws.amazon.com/cloudwatch/pricing/',
  ],
  appConfig: { perRequest: 0.2e-6, perConfigurationReceived: 0.0008 },
  // Provisioned mode. A payload unit is 25 KB of one record.
  kinesis: { perShardHour: 0.015, perPutPayloadUnit: 0.014e-6 },
  // Standard tables on demand, since November 2024.
  dynamoDb: { perWriteUnit: 0.625e-6, perReadUnit: 0.125e-6 },
  // Arm.
  lambda: { perInvocation: 0.2e-6, perGbSecond: 13.3334e-6 },
  cloudWatch: { perMetricMonth: 0.3, perAlarmMonth: 0.1, perLogGb: 0.5 },
};

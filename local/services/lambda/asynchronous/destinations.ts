/**
 * Where asynchronous invocations go in the end: the dead letter queue gets the event, a destination gets a record of the
 * invocation. A delivery that fails is counted and logged; the event is lost, as on AWS.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html.
 */
import type { Aws } from '../../../kernel/aws.js';
import type { Clock } from '../../../kernel/clock.js';
import type { Metrics } from '../output/metrics.js';
import type { RunResult } from '../runtime/runner.js';
import type { LambdaState, PendingEvent } from '../state.js';

export interface Deliveries {
  succeeded(event: PendingEvent, result: RunResult): Promise<void>;
  failed(
    event: PendingEvent,
    condition: 'EventAgeExceeded' | 'RetriesExhausted',
    result: RunResult | undefined,
  ): Promise<void>;
}

export interface DeliveryOptions {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly state: LambdaState;
  readonly metrics: Metrics;
  readonly onTrouble: (functionName: string, text: string) => void;
}

interface Report {
  readonly event: PendingEvent;
  readonly condition: 'EventAgeExceeded' | 'RetriesExhausted' | 'Success';
  readonly result: RunResult | undefined;
}

export function createDeliveries(options: DeliveryOptions): Deliveries {
  const attempt = async (event: PendingEvent, metric: string, work: Promise<unknown>): Promise<void> => {
    await work.catch((error: unknown) => {
      const dimensions = { FunctionName: event.functionName };
      options.metrics.add({ namespace: 'AWS/Lambda', name: metric, unit: 'Count', dimensions, values: [1] });
      const reason = error instanceof Error ? error.message : String(error);
      options.onTrouble(event.functionName, `${metric}: ${reason}`);
    });
  };
  const deliver = async (report: Report, arn: string | undefined): Promise<void> => {
    if (!arn) return;
    const record = JSON.stringify(recordOf(options, report));
    await attempt(report.event, 'DestinationDeliveryFailures', sendRecord(options.aws, arn, record));
  };
  const destinations = (event: PendingEvent) =>
    options.state.functions[event.functionName]?.eventInvoke?.destinations;
  return {
    succeeded: (event, result) =>
      deliver({ event, condition: 'Success', result }, destinations(event)?.OnSuccess?.Destination),
    async failed(event, condition, result) {
      const deadLetters = options.state.functions[event.functionName]?.latest.configuration.DeadLetterConfig;
      if (deadLetters?.TargetArn)
        await attempt(
          event,
          'DeadLetterErrors',
          sendMessage(options.aws, deadLetters.TargetArn, deadLetterOf(event, result)),
        );
      await deliver({ event, condition, result }, destinations(event)?.OnFailure?.Destination);
    },
  };
}

/** Sends text to a queue (`arn:…:sqs:…`) or a function (`arn:…:lambda:…`). Throws for any other ARN. */
export async function sendRecord(aws: Aws, arn: string, record: string): Promise<void> {
  const service = arn.split(':')[2];
  if (service === 'sqs') return await sendMessage(aws, arn, { MessageBody: record });
  if (service !== 'lambda') throw new Error(`${arn} is no SQS queue and no function`);
  const Payload = Buffer.from(record, 'utf8');
  await aws.call('lambda', 'Invoke', { FunctionName: arn, InvocationType: 'Event', Payload });
}

/** The dead letter queue gets the event itself, with what went wrong in attributes. */
function deadLetterOf(event: PendingEvent, result: RunResult | undefined) {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  return {
    MessageBody: event.payload,
    MessageAttributes: {
      RequestID: text(event.requestId),
      ErrorCode: { DataType: 'Number', StringValue: '200' },
      ErrorMessage: text(errorMessageOf(result).slice(0, 1024)),
    },
  };
}

async function sendMessage(aws: Aws, arn: string, message: Record<string, unknown>): Promise<void> {
  const QueueName = arn.split(':')[5] ?? '';
  const { QueueUrl } = await aws.call<{ QueueUrl: string }>('sqs', 'GetQueueUrl', { QueueName });
  await aws.call('sqs', 'SendMessage', { QueueUrl, ...message });
}

function errorMessageOf(result: RunResult | undefined): string {
  const parsed = parse(result?.payload);
  const hasMessage = typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed;
  return hasMessage ? String(parsed.errorMessage) : 'The event could not be processed';
}

function recordOf(options: DeliveryOptions, report: Report) {
  const { event, condition, result } = report;
  const configuration = options.state.functions[event.functionName]?.latest.configuration;
  return {
    version: '1.0',
    timestamp: new Date(options.clock.now()).toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: `${configuration?.FunctionArn}:${event.qualifier ?? '$LATEST'}`,
      condition,
      approximateInvokeCount: event.attempts,
    },
    requestPayload: parse(event.payload),
    ...(result ? responseOf(result) : {}),
  };
}

function responseOf(result: RunResult) {
  const error = result.functionError ? { functionError: result.functionError } : {};
  return {
    responseContext: { statusCode: 200, executedVersion: result.executedVersion, ...error },
    responsePayload: parse(result.payload),
  };
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return text;
  }
}

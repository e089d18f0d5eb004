/**
 * What a service says when it fails by itself, and when it is asked too often: names and statuses by each service's API
 * reference (its operations' error lists and its "Common Errors").
 */
import { AwsError, type ServiceName } from '../kernel/aws.js';

type Said = readonly [name: string, status: number];

interface Words {
  readonly failure: Said;
  readonly throttle: Said;
}

const appconfig: Words = {
  failure: ['InternalServerException', 500],
  throttle: ['ThrottlingException', 429],
};

const words: Readonly<Record<ServiceName, Words>> = {
  appconfig,
  appconfigdata: appconfig,
  cloudformation: { failure: ['InternalFailure', 500], throttle: ['Throttling', 400] },
  dynamodb: { failure: ['InternalServerError', 500], throttle: ['ThrottlingException', 400] },
  events: { failure: ['InternalException', 500], throttle: ['ThrottlingException', 400] },
  iam: { failure: ['ServiceFailure', 500], throttle: ['Throttling', 400] },
  kinesis: {
    failure: ['InternalFailure', 500],
    throttle: ['ProvisionedThroughputExceededException', 400],
  },
  lambda: { failure: ['ServiceException', 500], throttle: ['TooManyRequestsException', 429] },
  logs: { failure: ['ServiceUnavailableException', 500], throttle: ['ThrottlingException', 400] },
  sqs: { failure: ['InternalFailure', 500], throttle: ['RequestThrottled', 400] },
  sts: { failure: ['InternalFailure', 500], throttle: ['Throttling', 400] },
};

export const serviceNames = Object.keys(words) as [ServiceName, ...ServiceName[]];

/** The service's own error for a fault that it answers. */
export function faultError(service: ServiceName, kind: 'fail' | 'throttle'): AwsError {
  const [name, status] = kind === 'fail' ? words[service].failure : words[service].throttle;
  const what = kind === 'fail' ? 'fails' : 'throttles';
  return new AwsError({ name, status, message: `${service} ${what} because this local AWS was told to` });
}

/** A call that gets no answer: over the wire its connection ends, in process it rejects. */
export class Dropped extends Error {
  override readonly name = 'Dropped';

  constructor(service: ServiceName) {
    super(`${service} drops what it is asked because this local AWS was told to`);
  }
}

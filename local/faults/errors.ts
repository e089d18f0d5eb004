/**
 * What a service says when it fails by itself, when it is asked too often, and when it denies: names and statuses by each service's API
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
  secretsmanager: { failure: ['InternalServiceError', 500], throttle: ['ThrottlingException', 400] },
  sqs: { failure: ['InternalFailure', 500], throttle: ['RequestThrottled', 400] },
  sts: { failure: ['InternalFailure', 500], throttle: ['Throttling', 400] },
};

export const serviceNames = Object.keys(words) as [ServiceName, ...ServiceName[]];

/** IAM denies in one sentence everywhere; services that speak XML, or did, have a shorter name for it. */
const denialNames: Readonly<Partial<Record<ServiceName, Said>>> = {
  appconfig: ['AccessDeniedException', 403],
  appconfigdata: ['AccessDeniedException', 403],
  lambda: ['AccessDeniedException', 403],
  cloudformation: ['AccessDenied', 403],
  iam: ['AccessDenied', 403],
  sqs: ['AccessDenied', 403],
  sts: ['AccessDenied', 403],
};
const denial = (service: ServiceName): Said => denialNames[service] ?? ['AccessDeniedException', 400];

/** The service's own error for a fault that it answers. */
export function faultError(service: ServiceName, kind: 'fail' | 'throttle' | 'deny'): AwsError {
  const { failure, throttle } = words[service];
  const [name, status] = { fail: failure, throttle, deny: denial(service) }[kind];
  const what = { fail: 'fails', throttle: 'throttles', deny: 'denies' }[kind];
  return new AwsError({ name, status, message: `${service} ${what} because this local AWS was told to` });
}

/** A call that gets no answer: over the wire its connection ends, in process it rejects. */
export class Dropped extends Error {
  override readonly name = 'Dropped';

  constructor(service: ServiceName) {
    super(`${service} drops what it is asked because this local AWS was told to`);
  }
}

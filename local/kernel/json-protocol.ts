/**
 * The AWS-JSON protocols (1.0 and 1.1): POST /, the operation in `x-amz-target`, a JSON body. On the wire a blob is a
 * base64 string and a timestamp is a number of seconds since the epoch; in `Service.call` they are Uint8Array and Date.
 * Sources: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html and aws-json-1_1-protocol.html.
 */
import { randomUUID } from 'node:crypto';
import { AwsError, type HttpRequest, type HttpResponse, type Json, type Service } from './aws.js';
import { fromWire, toWire, type WireMembers } from './wire.js';

export interface JsonBinding extends WireMembers {
  /** What stands before the dot in `x-amz-target`, e.g. `Kinesis_20131202`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  /** What stands before an error's name in `__type`, e.g. `com.amazonaws.sqs#`. Default: nothing. */
  readonly errorPrefix?: string;
  /** Headers that an error adds to its response (SQS names its older error code in one). */
  readonly errorHeaders?: (error: AwsError) => Record<string, string>;
}

/**
 * Binds `call` to the protocol: the returned function is a service's `handle`. It never throws; what `call` throws
 * becomes an error in the protocol, and anything but an `AwsError` becomes InternalFailure (500) with its message.
 *
 * Members listed in `blobs` and `timestamps` are decoded wherever they stand in the input; in the output every
 * Uint8Array and Date is encoded, whatever its name.
 */
export function handleJson(binding: JsonBinding, call: Service['call']): Service['handle'] {
  return async (request) => {
    try {
      const operation = operationOf(binding, request);
      const output = await call(operation, fromWire(parseBody(request.body), binding) as Json);
      return jsonResponse(200, binding, toWire(output, 'epoch-seconds'));
    } catch (error) {
      return jsonError(binding, toAwsError(error));
    }
  };
}

/** The answer to a request that failed, in this protocol. */
export function jsonError(
  binding: Pick<JsonBinding, 'version' | 'errorPrefix' | 'errorHeaders'>,
  error: AwsError,
): HttpResponse {
  const body = {
    __type: `${binding.errorPrefix ?? ''}${error.name}`,
    message: error.message,
    ...error.members,
  };
  const response = jsonResponse(error.status, binding, toWire(body, 'epoch-seconds'));
  return {
    ...response,
    headers: { ...response.headers, 'x-amzn-errortype': error.name, ...binding.errorHeaders?.(error) },
  };
}

/** Whatever was thrown, as an `AwsError`: a defect of ours is InternalFailure (500) and keeps its message. */
export function toAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AwsError({ name: 'InternalFailure', status: 500, message });
}

/** A whole JSON body; an empty one is `{}`. Throws SerializationException (400) for anything but a JSON object. */
export function parseBody(body: Buffer): Json {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Falls through: the answer is the same for broken JSON and for JSON that is no object.
  }
  throw new AwsError({
    name: 'SerializationException',
    status: 400,
    message: 'The request body is not a JSON object',
  });
}

function operationOf(binding: JsonBinding, request: HttpRequest): string {
  const target = request.headers['x-amz-target'] ?? '';
  const [prefix, operation] = target.split('.');
  if (prefix === binding.target && operation) return operation;
  throw new AwsError({
    name: 'UnknownOperationException',
    status: 400,
    message: `The header x-amz-target is '${target}', expected '${binding.target}.<operation>'`,
  });
}

function jsonResponse(status: number, binding: Pick<JsonBinding, 'version'>, body: unknown): HttpResponse {
  return {
    status,
    headers: {
      'content-type': `application/x-amz-json-${binding.version}`,
      'x-amzn-requestid': randomUUID(),
    },
    body: JSON.stringify(body),
  };
}

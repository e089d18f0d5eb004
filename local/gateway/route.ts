/**
 * Which service a request is for, and in which protocol to refuse it when there is none. AWS tells services apart by
 * host name; here all share one, and the SigV4 signature's scope names the service
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
import { randomUUID } from 'node:crypto';
import { AwsError, type HttpRequest, type HttpResponse } from '../kernel/aws.js';
import { jsonError } from '../kernel/json-protocol.js';
import { queryError } from '../kernel/query-protocol.js';
import { restError } from '../kernel/rest-protocol.js';

/** Services that `route` may name without there being one here: what AWS's own clients put in the scope. */
export type Routed = { readonly service: string } | { readonly error: AwsError };

/** `AKID/20260101/us-east-1/kinesis/aws4_request`, in the Authorization header or in a presigned query. */
const credential = /^[^/]+\/\d{8}\/[^/]+\/([^/]+)\/aws4_request$/;

/**
 * The service named by the signature's scope; the signature itself is not checked. `appconfig` is the scope of two
 * services, told apart by path; so is `dynamodb`, told apart by target. A request without a signature is
 * MissingAuthenticationToken (403), one whose scope cannot be read IncompleteSignature (400).
 */
export function route(request: HttpRequest): Routed {
  const scope = scopeOf(request);
  if (scope === undefined) return { error: missingToken };
  const service = credential.exec(scope)?.[1];
  if (!service) return { error: incompleteSignature(scope) };
  if (service === 'appconfig' && isDataPlane(request.path)) return { service: 'appconfigdata' };
  if (service === 'dynamodb' && request.headers['x-amz-target']?.startsWith('DynamoDBStreams_'))
    return { service: 'dynamodbstreams' };
  return { service };
}

/** The error for a service that is not here, naming those that are. */
export function unknownService(service: string, known: readonly string[]): AwsError {
  return new AwsError({
    name: 'UnknownServiceException',
    status: 501,
    message: `The local AWS has no service '${service}'; it has ${known.join(', ')}`,
  });
}

/** The error in the protocol that the request speaks: AWS JSON, query (XML) or REST-JSON. */
export function refuse(request: HttpRequest, error: AwsError): HttpResponse {
  const contentType = request.headers['content-type'] ?? '';
  if (request.headers['x-amz-target'] !== undefined)
    return jsonError({ version: contentType.includes('json-1.0') ? '1.0' : '1.1' }, error);
  if (contentType.startsWith('application/x-www-form-urlencoded'))
    return queryError(error, { requestId: randomUUID() });
  return restError(error);
}

function scopeOf(request: HttpRequest): string | undefined {
  const presigned = request.query.get('X-Amz-Credential');
  if (presigned !== null) return presigned;
  const authorization = request.headers['authorization'];
  return authorization === undefined ? undefined : (/Credential=([^,\s]+)/.exec(authorization)?.[1] ?? '');
}

function isDataPlane(path: string): boolean {
  return path === '/configurationsessions' || path === '/configuration';
}

const missingToken = new AwsError({
  name: 'MissingAuthenticationToken',
  status: 403,
  message:
    'Request is missing Authentication Token: it is not signed. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY ' +
    '(any value does, the local AWS checks no signature)',
});

function incompleteSignature(scope: string): AwsError {
  return new AwsError({
    name: 'IncompleteSignature',
    status: 400,
    message: `Credential '${scope}' is not <key>/<yyyymmdd>/<region>/<service>/aws4_request`,
  });
}

/**
 * The query protocol: a form with `Action` and flat parameters in (or a query string, as a presigned request has it), XML
 * out, or JSON for who accepts nothing else. Only what STS and IAM need of it.
 * Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html.
 */
import { randomUUID } from 'node:crypto';
import type { AwsError, HttpRequest, HttpResponse, Json, Service } from './aws.js';
import { toAwsError } from './json-protocol.js';

export interface QueryBinding {
  /** E.g. `https://sts.amazonaws.com/doc/2011-06-15/`. */
  readonly namespace: string;
}

/** Binds `call` to the protocol. Parameters reach it as flat strings; its output becomes XML elements of the same names. */
export function handleQuery(binding: QueryBinding, call: Service['call']): Service['handle'] {
  return async (request) => {
    const requestId = randomUUID();
    try {
      const { Action: action = '', Version: _version, ...input } = parameters(request);
      const output = await call(action, input);
      return (wantsJson(request) ? jsonSuccess : success)({ action, requestId, binding, output });
    } catch (error) {
      const failed = toAwsError(error);
      return wantsJson(request)
        ? jsonQueryError(failed, requestId)
        : queryError(failed, { ...binding, requestId });
    }
  };
}

/** The answer to a request that failed, in this protocol. */
export function queryError(error: AwsError, about: { namespace?: string; requestId: string }): HttpResponse {
  const body = `<ErrorResponse${xmlns(about.namespace)}><Error>${toXml(detailOf(error))}</Error><RequestId>${about.requestId}</RequestId></ErrorResponse>`;
  return { status: error.status, headers: headers(about.requestId), body };
}

function detailOf(error: AwsError) {
  return { Type: error.status < 500 ? 'Sender' : 'Receiver', Code: error.name, Message: error.message };
}

/** Source: what STS answers to `Accept: application/json`, on which Kubernetes' AWS authenticator relies. */
const wantsJson = (request: HttpRequest): boolean => request.headers['accept'] === 'application/json';

function jsonSuccess({ action, requestId, output }: Success): HttpResponse {
  const answer = { [`${action}Result`]: output, ResponseMetadata: { RequestId: requestId } };
  return jsonAnswer(200, requestId, { [`${action}Response`]: answer });
}

function jsonQueryError(error: AwsError, requestId: string): HttpResponse {
  return jsonAnswer(error.status, requestId, { Error: detailOf(error), RequestId: requestId });
}

function jsonAnswer(status: number, requestId: string, body: Json): HttpResponse {
  const type = { 'content-type': 'application/json' };
  return { status, headers: { ...headers(requestId), ...type }, body: JSON.stringify(body) };
}

function parameters(request: HttpRequest): Record<string, string> {
  return {
    ...Object.fromEntries(request.query),
    ...Object.fromEntries(new URLSearchParams(request.body.toString('utf8'))),
  };
}

interface Success {
  readonly action: string;
  readonly requestId: string;
  readonly binding: QueryBinding;
  readonly output: Json;
}

function success({ action, requestId, binding, output }: Success): HttpResponse {
  const result = `<${action}Result>${toXml(output)}</${action}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  const body = `<${action}Response${xmlns(binding.namespace)}>${result}${metadata}</${action}Response>`;
  return { status: 200, headers: headers(requestId), body };
}

function headers(requestId: string): Record<string, string> {
  return { 'content-type': 'text/xml', 'x-amzn-requestid': requestId };
}

function xmlns(namespace: string | undefined): string {
  return namespace === undefined ? '' : ` xmlns="${namespace}"`;
}

function toXml(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<member>${toXml(item)}</member>`).join('');
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || value === null) return escapeXml(String(value));
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `<${name}>${toXml(member)}</${name}>`)
    .join('');
}

const xmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => xmlEscapes[character] ?? character);
}

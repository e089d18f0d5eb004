/** Operations whose members travel in headers, or whose body is the content itself (service models). */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { HttpResponse, Json } from '../../../kernel/aws.js';
import { parseBody } from '../../../kernel/json-protocol.js';
import type { RestRequest } from '../../../kernel/rest-protocol.js';

/** A member's name by the header that carries it. */
type HeaderNames = Readonly<Record<string, string>>;

/** Input from the JSON body, the path, and headers. */
export function fromHeaders(headers: HeaderNames) {
  return (request: RestRequest): Json => ({
    ...(parseBody(request.body) as Json),
    ...readHeaders(request, headers),
    ...request.params,
  });
}

/** Labels have no dashes, unlike everything else. */
const createHeaders: HeaderNames = {
  description: 'Description',
  'content-type': 'ContentType',
  'latest-version-number': 'LatestVersionNumber',
  versionlabel: 'VersionLabel',
};

/** CreateHostedConfigurationVersion: the body is the content. */
export function parseVersion(request: RestRequest): Json {
  return { ...readHeaders(request, createHeaders), ...request.params, Content: request.body };
}

const versionHeaders: HeaderNames = {
  'Application-Id': 'ApplicationId',
  'Configuration-Profile-Id': 'ConfigurationProfileId',
  'Version-Number': 'VersionNumber',
  Description: 'Description',
  'Content-Type': 'ContentType',
  VersionLabel: 'VersionLabel',
};

/** A hosted version: raw content, everything else in headers. */
export function formatVersion(status: number) {
  return (output: Json): HttpResponse =>
    rawResponse(status, output['Content'], writeHeaders(output, versionHeaders));
}

const pollHeaders: HeaderNames = {
  'Next-Poll-Configuration-Token': 'NextPollConfigurationToken',
  'Next-Poll-Interval-In-Seconds': 'NextPollIntervalInSeconds',
  'Content-Type': 'ContentType',
  'Version-Label': 'VersionLabel',
};

/** GetLatestConfiguration: raw content, empty when the session has it already. */
export function formatPoll(output: Json): HttpResponse {
  return rawResponse(200, output['Configuration'], writeHeaders(output, pollHeaders));
}

/** UntagResource: `tagKeys=a&tagKeys=b`. */
export function parseTagKeys(request: RestRequest): Json {
  return { ...request.params, TagKeys: request.query.getAll('tagKeys') };
}

function readHeaders(request: RestRequest, names: HeaderNames): Json {
  return Object.fromEntries(
    Object.entries(names).flatMap(([header, member]) => {
      const value = request.headers[header];
      return value === undefined ? [] : [[member, value] as const];
    }),
  );
}

const headerValue = z.union([z.string(), z.number()]);

function writeHeaders(output: Json, names: HeaderNames): Record<string, string> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([header, member]) => {
      const value = output[member];
      return value === undefined ? [] : [[header, String(headerValue.parse(value))] as const];
    }),
  );
}

function rawResponse(status: number, content: unknown, headers: Record<string, string>): HttpResponse {
  const body = z.instanceof(Uint8Array).parse(content);
  return { status, headers: { 'x-amzn-requestid': randomUUID(), ...headers }, body };
}

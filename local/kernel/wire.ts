/**
 * How blobs and timestamps travel in JSON. `fromWire` needs to be told which members are which, since JSON cannot say;
 * `toWire` sees it from the values.
 */
import { AwsError } from './aws.js';

/** Names of members that are not plain JSON, wherever they stand in an input. */
export interface WireMembers {
  /** Base64 strings on the wire, Uint8Array in process. */
  readonly blobs?: readonly string[];
  /** Seconds since the epoch or an ISO string on the wire, Date in process. */
  readonly timestamps?: readonly string[];
}

/** `epoch-seconds` is the JSON protocols' default; services such as AppConfig ask for `date-time` (ISO 8601). */
export type TimestampFormat = 'epoch-seconds' | 'date-time';

/** Decodes blobs and timestamps. Throws SerializationException (400) for a blob that is not base64 or a bad time. */
export function fromWire(value: unknown, members: WireMembers): unknown {
  if (!members.blobs?.length && !members.timestamps?.length) return value;
  return decode(value, { blobs: new Set(members.blobs), timestamps: new Set(members.timestamps) });
}

/** Encodes every Uint8Array as base64 and every Date as `timestamps` says; members that are undefined are left out. */
export function toWire(value: unknown, timestamps: TimestampFormat): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Date)
    return timestamps === 'epoch-seconds' ? value.getTime() / 1000 : value.toISOString();
  if (Array.isArray(value)) return value.map((item) => toWire(item, timestamps));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, toWire(member, timestamps)]),
  );
}

interface Names {
  readonly blobs: ReadonlySet<string>;
  readonly timestamps: ReadonlySet<string>;
}

function decode(value: unknown, names: Names): unknown {
  if (Array.isArray(value)) return value.map((item) => decode(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, decodeMember(name, member, names)]),
  );
}

function decodeMember(name: string, value: unknown, names: Names): unknown {
  if (names.blobs.has(name) && typeof value === 'string') return decodeBlob(name, value);
  if (names.blobs.has(name) && Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.map((item) => decodeBlob(name, item));
  if (names.timestamps.has(name) && (typeof value === 'number' || typeof value === 'string'))
    return decodeTimestamp(name, value);
  return decode(value, names);
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decodeBlob(name: string, text: string): Uint8Array {
  if (!base64.test(text)) throw serializationError(`${name} is not base64`);
  return Buffer.from(text, 'base64');
}

function decodeTimestamp(name: string, value: number | string): Date {
  const date = new Date(typeof value === 'number' ? value * 1000 : value);
  if (Number.isNaN(date.getTime())) throw serializationError(`${name} is not a timestamp: ${value}`);
  return date;
}

function serializationError(message: string): AwsError {
  return new AwsError({ name: 'SerializationException', status: 400, message });
}

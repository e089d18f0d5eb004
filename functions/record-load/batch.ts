/** A batch of the stream `load`, as Lambda hands it over: records in the order of their shard. */

import * as z from 'zod';
import { describeIssue } from '../../core/content/content-problems.js';
import { describeProblem, type Problem } from '../../core/errors.js';
import { type DeadLetter, deadLetterContentMaxChars } from '../../core/fleet/dead-letters.js';
import { type NodeReport, nodeReportSchema, reportMaxBytes } from '../../core/fleet/node-reports.js';
import { type EpochMs, epochMs } from '../../core/time.js';

/** A reason names the first few problems; a report wrong in every field has no more to say. */
const problemsMax = 5;
/** Paths quote the sender's keys, which may be as long as a report. */
const reasonMaxChars = 1_000;

const batchSchema = z.object({
  Records: z.array(
    z.object({
      /** `shardId-000000000001:4957…` */
      eventID: z.string(),
      kinesis: z.object({
        sequenceNumber: z.string(),
        data: z.string(),
        /** Seconds since the epoch, with milliseconds as its fraction. */
        approximateArrivalTimestamp: z.number(),
      }),
    }),
  ),
});

/** Where a record stands in its batch. */
export interface Place {
  /** Position in the batch, from 0. */
  readonly index: number;
  readonly sequenceNumber: string;
}

export interface ArrivedReport extends Place {
  readonly report: NodeReport;
  /** The shard of the stream it came over: `shardId-000000000001`. */
  readonly shard: string;
  readonly arrivedAtMs: EpochMs;
}

export interface RefusedRecord extends Place {
  readonly letter: DeadLetter;
}

export interface Batch {
  readonly reports: readonly ArrivedReport[];
  readonly refused: readonly RefusedRecord[];
}

/** Reads a batch. A record that is no report is refused, and the others stand. @throws ZodError for an event of another kind. */
export function readBatch(event: unknown): Batch {
  const reports: ArrivedReport[] = [];
  const refused: RefusedRecord[] = [];
  for (const [index, { eventID, kinesis }] of batchSchema.parse(event).Records.entries()) {
    const place = { index, sequenceNumber: kinesis.sequenceNumber };
    const bytes = Buffer.from(kinesis.data, 'base64');
    const read = readReport(bytes);
    // Whole milliseconds, whatever floating point makes of the fraction.
    const arrivedAtMs = epochMs(Math.round(kinesis.approximateArrivalTimestamp * 1000));
    const [shard = ''] = eventID.split(':');
    if (read.ok) reports.push({ ...place, report: read.report, shard, arrivedAtMs });
    else refused.push({ ...place, letter: toLetter(bytes, eventID, read.reason) });
  }
  return { reports, refused };
}

type Read =
  | { readonly ok: true; readonly report: NodeReport }
  | { readonly ok: false; readonly reason: string };

function readReport(bytes: Buffer): Read {
  if (bytes.length > reportMaxBytes) {
    return { ok: false, reason: `is ${bytes.length} bytes, expected at most ${reportMaxBytes}` };
  }
  const value = decode(bytes);
  if (value === undefined) return { ok: false, reason: 'is not JSON in UTF-8' };
  const parsed = nodeReportSchema.safeParse(value);
  if (parsed.success) return { ok: true, report: parsed.data };
  const problems = parsed.error.issues.flatMap((issue) => describeIssue(issue, value));
  return { ok: false, reason: describe(problems) };
}

const describe = (problems: readonly Problem[]): string =>
  problems.slice(0, problemsMax).map(describeProblem).join('; ').slice(0, reasonMaxChars);

/** Undefined for what is no JSON; JSON itself has no undefined. */
function decode(bytes: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function toLetter(bytes: Buffer, position: string, reason: string): DeadLetter {
  const { text, encoding } = toText(bytes);
  return {
    source: 'record-load',
    reason,
    position,
    content: text.slice(0, deadLetterContentMaxChars),
    encoding,
    truncated: text.length > deadLetterContentMaxChars,
  };
}

function toText(bytes: Buffer): { text: string; encoding: DeadLetter['encoding'] } {
  try {
    return { text: utf8.decode(bytes), encoding: 'utf8' };
  } catch {
    return { text: bytes.toString('base64'), encoding: 'base64' };
  }
}

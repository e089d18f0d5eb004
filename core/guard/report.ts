/** What the guard of a rollout last said, in words and numbers: for `status`, `history` and the change event. */

import * as z from 'zod';
import { guardSignals, signalActions } from './settings.js';

const count = z.int().min(0);
/** Requests, and those of them that erred or were slow. */
const shareSchema = z.object({ requests: count, bad: count });

const figuresSchema = z.object({
  tested: shareSchema,
  previous: shareSchema,
  /** More than a million counts as a million. */
  evidence: z.number().min(0),
  neededEvidence: z.number().positive(),
});
export type SignalFigures = z.infer<typeof figuresSchema>;

const signalReportSchema = z.object({
  signal: z.enum(guardSignals),
  test: z.enum(['facts', 'peers', 'past', 'ceiling', 'end']),
  level: z.enum(['bad', 'suspect', 'open', 'fine', 'unknown']),
  action: z.enum([...signalActions, 'none']),
  /** With its numbers, for people. */
  words: z.string(),
  /** On comparisons only: both arms, and how strong the evidence against the version is beside what convicts it. */
  figures: figuresSchema.exactOptional(),
});
export type SignalReport = z.infer<typeof signalReportSchema>;

export const guardReportSchema = z.object({
  verdict: z.enum(['healthy', 'unhealthy', 'inconclusive']),
  action: z.enum([...signalActions, 'none']),
  summary: z.string(),
  /** Looks so far, those without inputs included. */
  looks: count,
  lookedAtMs: count,
  /** Nodes seen with the version, and on the previous one. */
  nodes: z.object({ tested: count, previous: count }),
  /** Present when the last look had no inputs: why, and for how many looks in a row. */
  blind: z.object({ why: z.string(), looks: count }).exactOptional(),
  signals: z.array(signalReportSchema),
});
export type GuardReport = z.infer<typeof guardReportSchema>;

/** A report as change events carry it: without what only its fleet's owner can read. */
export const guardSummarySchema = z.object({
  verdict: guardReportSchema.shape.verdict.describe('inconclusive: there was too little to judge by.'),
  summary: z.string().describe('The verdict in one sentence, with its numbers.'),
  figures: z
    .array(signalReportSchema.pick({ signal: true, test: true }).extend(figuresSchema.shape))
    .describe('Comparisons of the nodes with the version to those without (peers), or to the past.'),
});
export type GuardSummary = z.infer<typeof guardSummarySchema>;

/** What of a report goes into change events. */
export const summaryOf = ({ verdict, summary, signals }: GuardReport): GuardSummary => ({
  verdict,
  summary,
  figures: signals.flatMap(({ signal, test, figures }) => (figures ? [{ signal, test, ...figures }] : [])),
});

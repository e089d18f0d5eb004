/** Schemas of members that many operations share. Patterns and lengths: the service model 2019-10-09. */
import * as z from 'zod';
import { badRequest } from '../errors.js';
import { pageSize, tagsPerResource } from '../limits.js';
import { shapeOf } from '../state/records.js';

export const name = z.string().min(1).max(64);
export const longName = z.string().min(1).max(128);
export const description = z.string().max(1024).optional();
export const identifier = z.string().min(1).max(2048);
export const roleArn = z
  .string()
  .max(2048)
  .regex(/^arn:(aws|aws-[a-z-]+):iam::\d{12}:role\/.+$/, 'expected the ARN of an IAM role');

/** A whole number; from path, query or header it arrives as text. */
export function integer({ min, max }: { min: number; max: number }) {
  return z
    .union([
      z.number(),
      z
        .string()
        .regex(/^-?\d{1,15}$/, 'expected a whole number')
        .transform(Number),
    ])
    .pipe(z.int().min(min).max(max));
}

export const versionNumber = integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

/** A flag; from a header it arrives as text. */
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

export const tagValues = z
  .record(z.string().min(1).max(128), z.string().max(256))
  .refine((tags) => Object.keys(tags).length <= tagsPerResource, `at most ${tagsPerResource} tags`)
  .refine(
    (tags) => !Object.keys(tags).some((key) => key.startsWith('aws:')),
    'tag keys may not start with aws:',
  );

export const inApplication = { ApplicationId: name };
export const inEnvironment = { ...inApplication, EnvironmentId: name };
export const inProfile = { ...inApplication, ConfigurationProfileId: longName };

export const paging = {
  MaxResults: integer({ min: 1, max: pageSize }).optional(),
  NextToken: z.string().min(1).max(2048).optional(),
};

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface Listing<T> {
  readonly items: readonly T[];
  /** A number that rises along `items` (or falls, see `order`) and never changes for one item. */
  readonly position: (item: T) => number;
  /** Default: rising. */
  readonly order?: 'falling';
  readonly view: (item: T) => object;
}

/**
 * One page of `items`. The token holds the position of the page's last item, so nothing is skipped or doubled when others
 * come or go between two calls. Throws BadRequestException for a token that is none.
 */
export function page<T>(listing: Listing<T>, { MaxResults = pageSize, NextToken }: PageRequest) {
  const { items, position, view } = listing;
  const sign = listing.order === 'falling' ? -1 : 1;
  const after = NextToken === undefined ? undefined : readToken(NextToken);
  const rest = items.filter((item) => after === undefined || (position(item) - after) * sign > 0);
  const shown = rest.slice(0, MaxResults);
  const last = shown.at(-1);
  const more = rest.length > shown.length && last !== undefined;
  return { Items: shown.map(view), ...(more && { NextToken: writeToken(position(last)) }) };
}

/** A page of records in order of creation, as AWS shows them. */
export function pageOfRecords<T extends { ordinal: number }>(items: readonly T[], request: PageRequest) {
  return page({ items, position: (record) => record.ordinal, view: shapeOf }, request);
}

function writeToken(position: number): string {
  return Buffer.from(`after ${position}`).toString('base64url');
}

function readToken(token: string): number {
  const match = /^after (-?\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (!match) throw badRequest('NextToken: expected the NextToken of the page before');
  return Number(match[1]);
}

/**
 * Tokens of the data plane: opaque to the caller, and recognised as this account's own by their seal. A token names its
 * session and its place in it; only the newest of a session is good.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { tokenLength } from '../limits.js';

const claimsSchema = z.object({ session: z.string(), sequence: z.int(), issuedAtMs: z.number() });

export type Claims = z.infer<typeof claimsSchema>;

/** A token for these claims; `key` is the account's secret. */
export function sealToken(claims: Claims, key: string): string {
  const text = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${text}.${sealOf(text, key)}`;
}

/** The claims of a token that was sealed with `key`; undefined for anything else. */
export function openToken(token: string, key: string): Claims | undefined {
  if (token.length > tokenLength) return undefined;
  const [text = '', seal = ''] = token.split('.');
  const expected = Buffer.from(sealOf(text, key));
  const given = Buffer.from(seal);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return claimsSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
}

function sealOf(text: string, key: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

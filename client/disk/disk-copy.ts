/**
 * The file in which a node keeps what it knows of one profile. Two lines: the SHA-256 of the second, and the copy as JSON.
 * Whatever is found on disk is held against both; a file that is cut off, altered or somebody else's is no copy.
 */

import { createHash } from 'node:crypto';
import * as z from 'zod';
import { formatProfile, type ProfileAddress } from '../../core/addresses.js';
import type { PollState, Refusal } from '../profiles/poll-state.js';
import { asVersion } from '../profiles/poll-state.js';

let schema: ReturnType<typeof makeSchema> | undefined;

/** Made when it is needed: importing the client should cost a service next to nothing. */
const copySchema = () => {
  schema ??= makeSchema();
  return schema;
};

function makeSchema() {
  const versionSchema = z.object({ label: z.string().min(1), text: z.string(), storedAtMs: z.number() });
  return z.object({
    form: z.literal(1),
    /** `treasure-hunt/staging/gameplay`. */
    address: z.string(),
    node: z.string(),
    current: versionSchema.extend({ confirmedAtMs: z.number() }).exactOptional(),
    /** The last good version before the current one. */
    previous: versionSchema.exactOptional(),
    /** Since when the current version is on probation. */
    probationSinceMs: z.number().exactOptional(),
    /** The process closed while the current version was on probation: the next one puts it on probation anew. */
    unproved: z.literal(true).exactOptional(),
    refused: z
      .object({ label: z.string(), reason: z.string(), cause: z.enum(['content', 'probation']) })
      .exactOptional(),
    session: z
      .object({
        token: z.string().min(1),
        obtainedAtMs: z.number(),
        /** What the session was begun with: AppConfig holds its polls to it. */
        requiredIntervalSeconds: z.number().exactOptional(),
      })
      .exactOptional(),
  });
}

export type DiskCopy = z.infer<ReturnType<typeof makeSchema>>;

export interface CopyOwner {
  readonly address: ProfileAddress;
  readonly node: string;
  readonly requiredIntervalSeconds?: number;
}

/** What to write for a state. */
export function copyOf(owner: CopyOwner, state: PollState): DiskCopy {
  const { active, previous, probationSinceMs, refused, session } = state;
  const current = asVersion(active);
  const { requiredIntervalSeconds } = owner;
  return {
    form: 1,
    address: formatProfile(owner.address),
    node: owner.node,
    ...(active && current && { current: { ...current, confirmedAtMs: active.confirmedAtMs } }),
    ...(previous && { previous }),
    ...(probationSinceMs !== undefined && { probationSinceMs }),
    ...(refused && { refused: refusalCopy(refused) }),
    ...(session && { session: { ...session, ...(requiredIntervalSeconds && { requiredIntervalSeconds }) } }),
  };
}

/** Either a process that starts tries anew, whatever was the matter, or it does not: of probation it knows by this alone. */
const refusalCopy = ({ label, reason, cause }: Refusal): NonNullable<DiskCopy['refused']> => ({
  label,
  reason,
  cause: cause === 'probation' ? cause : 'content',
});

/** The copy that a process leaves when it closes. */
export function closedCopy({ probationSinceMs, ...copy }: DiskCopy): DiskCopy {
  return probationSinceMs === undefined ? copy : { ...copy, unproved: true };
}

export function encodeCopy(copy: DiskCopy): string {
  const body = JSON.stringify(copy);
  return `${checksum(body)}\n${body}\n`;
}

/** Reads a file back: the copy, or why it is none. Never throws. */
export function decodeCopy(owner: CopyOwner, file: string): DiskCopy | { readonly unusable: string } {
  const [sum, body = '', ...rest] = file.split('\n');
  if (sum !== checksum(body) || rest.join('') !== '') return { unusable: 'it is damaged' };
  const parsed = copySchema().safeParse(parseJson(body));
  if (!parsed.success) return { unusable: 'it was written by another release' };
  const { address, node } = parsed.data;
  if (address !== formatProfile(owner.address) || node !== owner.node) {
    return { unusable: `it belongs to ${address} on ${node}` };
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const checksum = (body: string): string => createHash('sha256').update(body).digest('hex');

/** The caller's side of `caller-identity.ts`: a signed request to STS that is never sent from here. */

import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { audienceHeader, callerIdentityQuery, stsHost } from './caller-identity.js';

/** Longer than a publish takes to arrive. STS takes a request for 15 minutes in any case; the function does not. */
const validSeconds = 60;

type Credentials = ConstructorParameters<typeof SignatureV4>[0]['credentials'];

export interface ProofOptions {
  readonly region: string;
  readonly credentials: Credentials;
  /** Whom the proof is for, and what it is about: nobody else can use it, nor for anything else. */
  readonly audience: string;
}

/** The parameters of the signed request, as a query: what a publish request carries as `identity`. */
export async function proveIdentity({ region, credentials, audience }: ProofOptions): Promise<string> {
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  const host = stsHost(region);
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: host,
      path: '/',
      query: { ...callerIdentityQuery },
      headers: { host, [audienceHeader]: audience },
    },
    { expiresIn: validSeconds },
  );
  return new URLSearchParams(signed.query as Record<string, string>).toString();
}

/** What the signer hashes with: Node's own. */
class Sha256 {
  private readonly hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(toBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    throw new Error('a signer makes a new hash for each thing it hashes');
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return new TextEncoder().encode(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

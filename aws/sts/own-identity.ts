/** Who asks, for who asks: the ARN that AWS knows these credentials by. Needs no permission. */

import { answerMaxMs, askSts, audienceHeader, readArn, stsHost } from './caller-identity.js';
import { type ProofOptions, proveIdentity } from './identity-proof.js';

/** The request is of no use to anybody else: it is for the one who makes it. */
const audience = 'own-identity';

/** `endpoint`: where STS is, when not where it usually is. @throws ServiceUnavailable when STS does not say. */
export async function readOwnArn({
  region,
  credentials,
  endpoint = `https://${stsHost(region)}`,
}: Omit<ProofOptions, 'audience'> & { readonly endpoint?: string | undefined }): Promise<string> {
  const url = new URL('/', endpoint);
  url.search = await proveIdentity({ region, credentials, audience });
  const signal = AbortSignal.timeout(answerMaxMs);
  const headers = { [audienceHeader]: audience };
  return readArn(await askSts(() => fetch(url, { headers, signal, redirect: 'error' })));
}

/** A local AWS of a test's own, on any free port, and clients built with what its `environment` says. */
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../../local/index.js';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

export function startForTest(options: LocalAwsOptions = {}): Promise<LocalAws> {
  return startLocalAws({ port: 0, ...options });
}

/** What a client of the SDK is built with. */
export function clientSettings(endpoint: string) {
  return { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
}

/** The Authorization header of a request to a service, as far as the gateway reads it. */
export function signedFor(service: string): string {
  const scope = `AKID/20260101/us-east-1/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
}

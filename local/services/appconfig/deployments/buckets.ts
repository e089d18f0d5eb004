/**
 * Which of a hundred buckets a client falls into for one deployment. AppConfig assigns them pseudo-randomly: stable within
 * a deployment, unrelated between deployments (re:Post, "how does appconfig service figure out the targets").
 */
import { createHash } from 'node:crypto';

const bucketCount = 100;

/** `seed` makes a run repeatable; `deployment` and `client` are any names unique in it. Returns 0 to 99. */
export function bucketOf(seed: string, deployment: string, client: string): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, deployment, client]))
    .digest();
  return digest.readUInt32BE(0) % bucketCount;
}

/** A client is in once the exposed percentage has passed its bucket. */
export function isSelected(bucket: number, percent: number): boolean {
  return bucket < percent;
}

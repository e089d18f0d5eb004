/** Batches: every entry has an id of its own and its own result. */
import { AwsError, type Json } from '../../../kernel/aws.js';
import { idsNotDistinct } from '../errors.js';

/** Throws BatchEntryIdsNotDistinct. */
export function distinctIds<Entry extends { readonly Id: string }>(
  entries: readonly Entry[],
): readonly Entry[] {
  const seen = new Set<string>();
  for (const { Id } of entries) {
    if (seen.has(Id)) throw idsNotDistinct(Id);
    seen.add(Id);
  }
  return entries;
}

export function batchResult<Entry extends { readonly Id: string }>(
  entries: readonly Entry[],
  run: (entry: Entry) => Json,
): Json {
  const successful: Json[] = [];
  const failed: Json[] = [];
  for (const entry of entries) {
    try {
      successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({
        Id: entry.Id,
        Code: error.name,
        Message: error.message,
        SenderFault: error.status < 500,
      });
    }
  }
  return { Successful: successful, Failed: failed };
}

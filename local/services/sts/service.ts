/** STS: who is asking. Everyone is the same local caller. See behaviour.md. */
import * as z from 'zod';
import type { Identity, Service } from '../../kernel/aws.js';
import { createCall, defineOperation } from '../../kernel/operations.js';
import { handleQuery } from '../../kernel/query-protocol.js';

const getCallerIdentity = defineOperation({
  input: z.object({}),
  run({ partition, accountId }: Identity) {
    return { UserId: 'LOCAL', Account: accountId, Arn: `arn:${partition}:iam::${accountId}:user/local` };
  },
});

export function createSts({ identity }: { readonly identity: Identity }): Service {
  const operations = { GetCallerIdentity: getCallerIdentity };
  const call = createCall({ service: 'sts', operations, context: identity });
  return {
    name: 'sts',
    call,
    handle: handleQuery({ namespace: 'https://sts.amazonaws.com/doc/2011-06-15/' }, call),
    close: async () => undefined,
  };
}

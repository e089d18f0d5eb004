/** Attempts are judged where their hunt is: on the node that owns its key, wherever they arrive. */

import { isVeltrixError } from '../client/index.js';
import type { Answer } from './http.js';
import type { TreasureHuntNode } from './service.js';

/** Says that a node has sent it on: whoever gets it does it, or two that disagree would play ball. */
export const forwardedHeader = 'x-treasure-hunt-forwarded';

export interface Forwarding {
  readonly hunt: string;
  /** On the other node. */
  readonly path: string;
  readonly body: unknown;
  readonly isForwarded: boolean;
  /** Does it on this node. */
  readonly here: () => Promise<Answer>;
}

/** The answer of the node that has the hunt, which may be this one. */
export async function answerWhereOwned(node: TreasureHuntNode, request: Forwarding): Promise<Answer> {
  const { hunt, here, isForwarded } = request;
  if (isForwarded || node.router.nodeFor(hunt)?.self !== false) return here();
  try {
    const answer = await node.router.send(
      (peer, signal) => (peer.self || !peer.endpoint ? here() : ask(peer.endpoint, request, signal)),
      { key: hunt },
    );
    return answer instanceof Response ? await read(answer) : answer;
  } catch (error) {
    const status = isVeltrixError(error) && error.retryable ? 503 : 502;
    return { status, body: { error: `the node that has hunt "${hunt}" did not answer` } };
  }
}

/** An attempt costs a cool-down, so it is not done twice: without `safe`, another node is tried only where none was begun. */
async function ask(endpoint: string, { path, body }: Forwarding, signal: AbortSignal) {
  const answer = await fetch(new URL(path, endpoint), {
    method: 'POST',
    headers: { 'content-type': 'application/json', [forwardedHeader]: '1' },
    body: JSON.stringify(body),
    signal,
  });
  // As it is, so that `send` sees a node that is busy. A 429 is the player's affair, and would be one on any node.
  return answer.status === 503 ? answer : read(answer);
}

async function read(answer: Response): Promise<Answer> {
  const retryAfter = answer.headers.get('retry-after');
  return {
    status: answer.status,
    body: await answer.json(),
    ...(retryAfter !== null && { retryAfterMs: 1_000 * Number(retryAfter) }),
  };
}

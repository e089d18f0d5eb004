/** Work that arrives whether or not anybody is ready for it, sent by a router as any service would. */

import { Agent, request as httpRequest } from 'node:http';
import type { Peer, Router } from '../../../client/index.js';

export interface Sent {
  readonly key: string;
  readonly atMs: number;
  /** The node that was asked last. */
  readonly node: string;
  readonly outcome: 'done' | 'refused' | 'failed';
}

const agent = new Agent({ keepAlive: true });

/** @returns what ends it: resolves with everything that was sent, once it has ended. */
export function startTraffic(router: Router, keys: readonly string[], perSecond: number) {
  const sent: Promise<Sent>[] = [];
  const everyMs = 20;
  const beganAtMs = performance.now();
  let next = 0;
  const timer = setInterval(() => {
    // As much as time has passed: a timer that is late makes up for it.
    for (const due = ((performance.now() - beganAtMs) * perSecond) / 1000; next < due; next += 1)
      sent.push(send(router, keys[next % keys.length] ?? ''));
  }, everyMs);
  return async (): Promise<Sent[]> => {
    clearInterval(timer);
    const all = await Promise.all(sent);
    agent.destroy();
    return all;
  };
}

async function send(router: Router, key: string): Promise<Sent> {
  const atMs = performance.now();
  let node = 'nobody';
  try {
    const status = await router.send(
      (peer, signal) => {
        node = peer.node;
        return ask(peer, key, signal);
      },
      { key, exclusive: true, timeoutMs: 5_000 },
    );
    return { key, atMs, node, outcome: status === 200 ? 'done' : 'refused' };
  } catch {
    return { key, atMs, node, outcome: 'failed' };
  }
}

/** @throws an error with the status of an answer that is not 200, as a client library would. */
function ask({ endpoint }: Peer, key: string, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${endpoint}/work?key=${key}`, { agent, signal }, (response) => {
      response.resume();
      const { statusCode: status = 0, headers } = response;
      if (status === 200) resolve(status);
      else reject(Object.assign(new Error(`answered ${status}`), { status, headers }));
    });
    request.on('error', reject).end();
  });
}

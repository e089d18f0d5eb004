/** Sends by the Veltrix client's router: it picks, notes how requests end, and tries again within its budget. */

import { setTimeout } from 'node:timers/promises';
import { connect } from '../../../client/index.js';
import { treasureHunt } from '../../../config/treasure-hunt/application.js';
import { startTimeoutMs } from '../parts/start-timeout.js';
import type { Send } from './drive.js';
import type { HttpDoor } from './http-door.js';

type Cluster = (typeof treasureHunt.environments)[number];
export type Node = Awaited<ReturnType<typeof connectRouter>>;

/** A node that reports nothing is in nobody's roster, and owns nothing: it only sends. */
export const connectRouter = (environment: Cluster) =>
  connect(treasureHunt, { environment, node: 'generator', directory: false, startTimeoutMs, report: false });

const lookEveryMs = 100;
/** A table comes within seconds; where forty processes start on two busy cores, within a minute. */
const routedTimeoutMs = 90_000;
const sampleKeys = Array.from({ length: 1_000 }, (_, index) => `key-${index}`);

/** Resolves when the router knows so many nodes, and an owner for each of many keys. @returns what is missing, if it takes too long. */
export async function untilRouted({ router }: Node, nodes: number): Promise<string | undefined> {
  const deadlineMs = performance.now() + routedTimeoutMs;
  for (;;) {
    const known = router.nodes({ healthy: true }).length;
    const unowned = sampleKeys.filter((key) => router.ownerOf(key) === undefined).length;
    if (known >= nodes && unowned === 0) return undefined;
    if (performance.now() > deadlineMs)
      return `the router knows ${known} of ${nodes} nodes, and no owner for ${unowned} of ${sampleKeys.length} keys`;
    await setTimeout(lookEveryMs);
  }
}

export interface Routing {
  readonly doorOf: (port: number) => HttpDoor;
  /** By the key's owner alone; else to any node. */
  readonly keyed: boolean;
  readonly timeoutMs: number;
}

/** Each request through `router.send`. */
export function routedSender({ router }: Node, { doorOf, keyed, timeoutMs }: Routing): Send {
  return ({ path, key }, told) => {
    const about = keyed ? { key, exclusive: true, timeoutMs } : { timeoutMs };
    let isGivenUp = false;
    router
      .send(({ endpoint }, signal) => ask(doorOf(Number(new URL(endpoint ?? '').port)), path, signal), about)
      .then(
        () => 'answered',
        (error) => (error instanceof Unanswered ? error.message : 'nobody'),
      )
      .then((how) => isGivenUp || told(how));
    return () => {
      isGivenUp = true;
    };
  };
}

function ask(door: HttpDoor, path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = door.send(path, (how) => (how === 'answered' ? resolve() : reject(new Unanswered(how))));
    signal.addEventListener('abort', giveUp, { once: true });
  });
}

/** Said as a client of Node says it, so that the router understands. */
class Unanswered extends Error {
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(how: string) {
    super(how);
    this.code = { refused: 'ECONNREFUSED', broken: 'ECONNRESET' }[how];
    this.status = { overflow: 503, 'not mine': 421 }[how];
    if (how === 'overflow') this.retryAfterMs = 250;
  }
}

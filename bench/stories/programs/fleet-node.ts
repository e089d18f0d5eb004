/**
 * A node of a fleet that does work, or reserves resources, in so many places at a speed of its own. With a cluster in its environment
 * it is a Veltrix node (`node.serve`, `node.owns`); with a store, it asks that for each reservation; else it trusts whoever sends.
 */

import * as z from 'zod';
import { connect, isVeltrixError } from '../../../client/index.js';
import { treasureHunt } from '../../../config/treasure-hunt/application.js';
import { chanceOf } from '../../simulations/guard/chance.js';
import { ask } from '../parts/ask.js';
import { Resources } from '../parts/resources.js';
import { type Answer, announce, openDoor } from '../parts/serve.js';
import { Slots, working } from '../parts/slots.js';
import { startTimeoutMs } from '../parts/start-timeout.js';

const { NODE, SPEED, SLOTS, QUEUE_MAX, WORK_MS, CLUSTER, STORE_PORT } = z
  .object({
    NODE: z.string(),
    /** 1 is as fast as the fleet's sizing says. */
    SPEED: z.coerce.number().positive(),
    SLOTS: z.coerce.number().positive(),
    QUEUE_MAX: z.coerce.number().min(0),
    /** What a piece of work takes on average at speed 1. */
    WORK_MS: z.coerce.number().positive(),
    /** An environment of the sample. */
    CLUSTER: z.enum(treasureHunt.environments).optional(),
    STORE_PORT: z.coerce.number().optional(),
  })
  .parse(process.env);

/** Reports of the fleet that docs/decisions/0007-assignment.md is argued with. */
const reportIntervalSeconds = 2;

interface Work {
  readonly key: string | undefined;
  /** Whether the shared store is asked for the reservation, on the side that has one. */
  readonly isLocked: boolean;
  readonly workMs: number;
}

let slowness = 1;
let offeredMs = 0;
const resources = new Resources();
let serveWork: (work: Work) => Promise<string | undefined> = async () => 'not ready';
const door = await openDoor(answerTo);
serveWork = CLUSTER === undefined ? plainly() : await withVeltrix(CLUSTER);
announce(door.port);

function answerTo(url: URL, answer: Answer): void {
  const asked = url.searchParams;
  switch (url.pathname) {
    case '/slow':
      slowness = Number(asked.get('times'));
      answer(200, '{}');
      break;
    case '/vanish':
      answer(200, '{}');
      door.vanish(Number(asked.get('forMs')));
      break;
    case '/offered':
      answer(200, JSON.stringify({ offeredMs }));
      break;
    case '/grants':
      answer(200, resources.take());
      break;
    default: {
      const key = asked.get('key') ?? undefined;
      const workMs = demandOf(Number(asked.get('number'))) * (WORK_MS / SPEED) * slowness;
      offeredMs += workMs;
      serveWork({ key, isLocked: url.pathname === '/locked', workMs }).then(
        (how) => (how === undefined ? answer(200, NODE) : answer(how === 'not mine' ? 421 : 503, how)),
        () => answer(503, 'failed'),
      );
    }
  }
}

/** The same request is the same work on every node and in both designs: exponential, 1 on average. */
function demandOf(number: number): number {
  return -Math.log(1 - chanceOf(Math.imul(number + 1, 0x9e3779b1)).uniform());
}

/** @returns a function that gives undefined for work that was done, else why it was not. */
function plainly() {
  const slots = new Slots({ slots: SLOTS, waitingMax: QUEUE_MAX });
  return ({ key, isLocked, workMs }: Work): Promise<string | undefined> =>
    slots.run(async () => {
      if (key === undefined) return void (await working(workMs));
      if (isLocked && (await ask(STORE_PORT ?? 0, `/reserve?key=${key}`)).status !== 200) return 'lock';
      await resources.hold(key, workMs);
      return undefined;
    });
}

async function withVeltrix(environment: (typeof treasureHunt.environments)[number]) {
  const node = await connect(treasureHunt, {
    environment,
    node: NODE,
    endpoint: `http://127.0.0.1:${door.port}`,
    capacity: SLOTS,
    queueMax: QUEUE_MAX,
    directory: false,
    startTimeoutMs,
    report: { intervalSeconds: reportIntervalSeconds },
  });
  return async ({ key, workMs }: Work): Promise<string | undefined> => {
    try {
      if (key === undefined) await node.serve(() => working(workMs));
      else await node.serve(() => resources.hold(key, workMs), { key, exclusive: true });
      return undefined;
    } catch (error) {
      if (!isVeltrixError(error)) throw error;
      return error.code === 'VELTRIX_MISDIRECTED' ? 'not mine' : 'overflow';
    }
  };
}

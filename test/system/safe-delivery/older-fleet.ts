/** Nodes of an older build: their schema is narrower than the one that is deployed, so they refuse what passes every gate. */

import { appConfigSessions } from '../../../aws/appconfig/configuration-sessions.js';
import { kinesisLoadReports } from '../../../aws/kinesis/load-stream.js';
import { connectWith } from '../../../client/connect.js';
import type { NodeDeps } from '../../../client/default-deps.js';
import type { Node } from '../../../client/index.js';
import { gameplay } from '../../../config/treasure-hunt/gameplay.js';
import { limits } from '../../../config/treasure-hunt/limits.js';
import { loadStream } from '../../../core/names.js';
import { defineApplication, defineProfile } from '../../../core/profiles.js';
import { epochMs } from '../../../core/time.js';
import { createActivity } from '../../../local/kernel/activity.js';
import { seededRandom } from '../../client/world.js';
import { tracked } from '../manual/tracked.js';
import type { ManualWorld } from '../manual-world.js';
import { rarely } from './views.js';

const olderMaxMs = 10_000;

/** As it was when a cool-down of more than ten seconds was unheard of. */
const olderHunt = defineApplication({
  name: 'treasure-hunt',
  environments: ['staging', 'production'],
  profiles: [
    defineProfile({
      name: 'gameplay',
      description: gameplay.description,
      schemaVersion: 1,
      schema: gameplay.schema.refine(({ coolDownMs }) => coolDownMs <= olderMaxMs, {
        path: ['coolDownMs'],
        error: `must be at most ${olderMaxMs}`,
      }),
    }),
    limits,
  ],
});

type OlderNode = Node<typeof olderHunt>;

export interface OlderFleet {
  readonly nodes: readonly OlderNode[];
  /** In place of the world's: it waits for these nodes as well. */
  advance(durationMs: number): Promise<void>;
  close(): void;
}

/** Starts so many of them against the world's AWS. Their timers end with its clock. */
export async function startOlderFleet(world: ManualWorld, count: number): Promise<OlderFleet> {
  const activity = createActivity();
  const settled = async () => {
    await activity.settled();
    await world.settled();
  };
  const advance = (durationMs: number) => world.clock.advance(durationMs, settled);
  const ports = {
    sessions: tracked(activity, appConfigSessions()),
    reports: tracked(activity, kinesisLoadReports(loadStream('main'))),
  };
  const nodes: OlderNode[] = [];
  for (let number = 1; number <= count; number++) {
    const options = {
      environment: 'staging',
      node: `older-${number}`,
      poll: { intervalSeconds: 14 },
      ...rarely,
    } as const;
    const connecting = connectWith(olderHunt, options, { ...ports, ...depsOf(world, number) });
    let isDone = false;
    void connecting.finally(() => {
      isDone = true;
    });
    for (await settled(); !isDone; await advance(100));
    nodes.push(await connecting);
  }
  const close = () => {
    for (const port of Object.values(ports)) port.close();
  };
  return { nodes, advance, close };
}

function depsOf({ clock }: ManualWorld, number: number): Omit<NodeDeps, 'sessions' | 'reports'> {
  const bornMs = clock.now();
  return {
    clock: {
      now: () => epochMs(Math.floor(clock.now())),
      monotonicMs: () => clock.now() - bornMs,
      setTimer: (run, delayMs) => clock.after(delayMs, run),
    },
    random: seededRandom(number),
    hostName: `older-${number}`,
  };
}

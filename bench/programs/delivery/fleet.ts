/**
 * A fleet of connected nodes in one process. Says `{"ready": <nodes>}` when all are connected, and
 * `{"node", "label", "atMs"}` whenever one puts a version of gameplay in force.
 */

import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import { connect } from '../../../client/index.js';
import { treasureHunt } from '../../../config/treasure-hunt/application.js';

const { ENVIRONMENT, NODES, DIRECTORY, POLL_INTERVAL_SECONDS, SPREAD_MS } = z
  .object({
    ENVIRONMENT: z.enum(treasureHunt.environments),
    NODES: z.coerce.number(),
    DIRECTORY: z.string(),
    /** Absent: AppConfig's own. */
    POLL_INTERVAL_SECONDS: z.coerce.number().optional(),
    /** Nodes are started over so long, or a fleet would ask at one moment for ever. */
    SPREAD_MS: z.coerce.number(),
  })
  .parse(process.env);

async function start(node: string): Promise<void> {
  const { config } = await connect(treasureHunt, {
    environment: ENVIRONMENT,
    node,
    directory: DIRECTORY,
    poll: { intervalSeconds: POLL_INTERVAL_SECONDS },
  });
  config.gameplay.onChange(({ label }) => say({ node, label, atMs: Date.now() }));
}

function say(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

// Nodes do not hold their process; whoever started this one does, and takes it along when it ends.
process.stdin.on('end', () => process.exit()).resume();

const starting: Promise<void>[] = [];
for (let index = 0; index < NODES; index++) {
  starting.push(start(`node-${index + 1}`));
  await setTimeout(SPREAD_MS / NODES);
}
await Promise.all(starting);
say({ ready: NODES });

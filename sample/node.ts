/** The process: reads its settings, connects, serves, says in one line of JSON what changes, and leaves in good order. */

import { createServer } from 'node:http';
import { connect, isVeltrixError } from '../client/index.js';
import { treasureHunt } from '../config/treasure-hunt/application.js';
import { createRouter, type Handler, listen } from './http.js';
import { simulatedLookUp } from './judging.js';
import { serveMetrics } from './metrics/serve-metrics.js';
import { watchParent } from './parent.js';
import { seededRandom } from './random.js';
import { routesOf } from './routes.js';
import { createService, type Service, type TreasureHuntNode } from './service.js';
import { readSettings, type Settings } from './settings.js';
import { startPlayers } from './simulated-players.js';

/** Hunts go to other nodes first, and an attempt takes some ten seconds at worst; ECS and Kubernetes kill a process after 30 s. */
const drainTimeoutMs = 20_000;

try {
  await run(readSettings(process.env, process.argv.slice(2)));
  process.exit(0);
} catch (error) {
  process.stderr.write(`treasure-hunt: cannot start: ${explain(error)}\n`);
  process.exit(1);
}

async function run(settings: Settings): Promise<void> {
  // First of all, so that a parent that is lost while this process connects is noticed.
  const stopped = stopReason();
  // Before the client connects, since it asks for the meter then.
  const metrics = serveMetrics();
  // Listening comes before connecting, because the node tells others its port; meanwhile it answers 503.
  let handler: Handler = (_, response) => response.writeHead(503, { 'retry-after': '1' }).end();
  const server = createServer(
    (request, response) => metrics(request, response) || handler(request, response),
  );
  const port = await listen(server, { host: settings.HOST, port: settings.PORT });
  const endpoint = `http://${settings.HOST}:${port}`;
  const node = await Promise.race([connectNode(settings, endpoint), stopped.then(stoppedEarly)]);
  const service = createSimulatedService(settings, node);
  handler = createHandler(service);
  const dismissPlayers = startCrowd(settings, service);
  sayChanges(node);
  say({ event: 'ready', node: node.name, endpoint });

  say({ event: 'stopping', reason: await stopped });
  dismissPlayers();
  await node.drain({ timeoutMs: drainTimeoutMs });
  server.close();
  await node.close();
}

function createSimulatedService(
  { CAPACITY: capacity, PLAYERS_SEED }: Settings,
  node: TreasureHuntNode,
): Service {
  return createService(node, {
    capacity,
    lookUp: simulatedLookUp(seededRandom(PLAYERS_SEED)),
    now: Date.now,
  });
}

function createHandler(service: Service): Handler {
  return createRouter({
    routes: routesOf(service),
    bodyMaxBytes: () => service.node.config.limits.get().requestMaxBytes,
    onFailure: (error) => say({ event: 'failure', error: explain(error) }),
  });
}

function connectNode(settings: Settings, endpoint: string): Promise<TreasureHuntNode> {
  return connect(treasureHunt, {
    environment: settings.ENVIRONMENT,
    node: settings.NODE_NAME,
    endpoint,
    capacity: settings.CAPACITY,
    labels: settings.ZONE === undefined ? {} : { zone: settings.ZONE },
    stage: settings.STAGE,
    directory: settings.DATA_DIRECTORY,
    poll: { intervalSeconds: settings.POLL_INTERVAL_SECONDS },
    hotKeys: 'plain', // names of hunts are nobody's secret
    report: { intervalSeconds: settings.REPORT_INTERVAL_SECONDS },
    log: (level, message, fields) => {
      if (level === 'warn' || level === 'error') say({ event: 'log', level, message, ...fields });
    },
  });
}

function startCrowd(
  { PLAYERS_PER_SECOND: perSecond, PLAYERS_SEED: seed }: Settings,
  service: Service,
): () => void {
  if (perSecond === 0) return () => {};
  return startPlayers({ service, perSecond, random: seededRandom(seed), now: Date.now });
}

/** One line for the version each profile starts with, and one for each that follows. */
function sayChanges({ config }: TreasureHuntNode): void {
  for (const profile of ['gameplay', 'limits'] as const) {
    let previous: string | undefined;
    const sayLabel = (label: string | undefined) => {
      say({ event: 'config', profile, label: label ?? null, previous: previous ?? null });
      previous = label;
    };
    sayLabel(config[profile].state().label);
    config[profile].onChange(({ label }) => sayLabel(label));
  }
}

/** Resolves with the first reason to stop. A second signal ends the process at once, as the system would. */
function stopReason(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
    watchParent(() => resolve('the parent is gone'));
    // Whoever read the lines is gone too; without a listener the next line would end the process before it has drained.
    process.stdout.on('error', () => resolve('nobody reads standard output'));
  });
}

function stoppedEarly(reason: string): never {
  throw new Error(`stopped before it was connected: ${reason}`);
}

function say(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function explain(error: unknown): string {
  if (isVeltrixError(error)) return `${error.message}\n${error.hint}`;
  return error instanceof Error ? error.message : String(error);
}

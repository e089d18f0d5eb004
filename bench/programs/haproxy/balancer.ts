/** A real HAProxy with a printed configuration, and what it says at its socket of the servers. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import path from 'node:path';

/** `HAProxy version 2.6.12-1+deb12u3 2025/10/03`; undefined where none is installed. */
export function haproxyVersion(): string | undefined {
  const { status, stdout } = spawnSync('haproxy', ['-v'], { encoding: 'utf8' });
  return status === 0 ? stdout.split(' - ')[0] : undefined;
}

export interface ServerState {
  /** `UP`, `DRAIN`, `DOWN (agent)`, … */
  readonly status: string;
  readonly weight: number;
}

export interface Balancer {
  readonly port: number;
  /** One request through it. @returns the status, and who answered. */
  request(): Promise<{ readonly status: number; readonly by: string }>;
  states(): Promise<ReadonlyMap<string, ServerState>>;
  stop(): Promise<void>;
}

/** `backend`: the lines as `--print-config` gives them. */
export async function startBalancer(directory: string, backend: readonly string[]): Promise<Balancer> {
  const [port, socket] = [await freePort(), path.join(directory, 'haproxy.sock')];
  const name = backend.find((line) => line.startsWith('backend '))?.slice('backend '.length);
  const config = path.join(directory, 'haproxy.cfg');
  const lines = [
    'global',
    `    stats socket ${socket} mode 600 level admin`,
    'defaults',
    '    mode http',
    '    timeout connect 1s',
    '    timeout client 5s',
    '    timeout server 5s',
    'frontend in',
    `    bind 127.0.0.1:${port}`,
    `    default_backend ${name}`,
    ...backend,
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  const child = spawn('haproxy', ['-db', '-f', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = outputOf(child);
  await answering(child, `http://127.0.0.1:${port}/`, said);
  return {
    port,
    async request() {
      const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
      return { status: answer.status, by: await answer.text() };
    },
    states: async () => readStates(await ask(socket, 'show stat')),
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

function outputOf(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes: Buffer) => (text += bytes.toString()));
  return () => text;
}

async function answering(child: ChildProcess, url: string, said: () => string): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while (performance.now() < deadlineMs) {
    if (child.exitCode !== null) break;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`haproxy does not serve: ${said()}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** One command at the stats socket ("Unix Socket commands", management guide). */
async function ask(socket: string, command: string): Promise<string> {
  const client = connect(socket);
  client.end(`${command}\n`);
  let text = '';
  for await (const bytes of client) text += String(bytes);
  return text;
}

/** CSV with a heading: `# pxname,svname,…,status,weight,…`. */
function readStates(csv: string): ReadonlyMap<string, ServerState> {
  const [heading = '', ...rows] = csv.trim().split('\n');
  const columns = heading.replace(/^# /, '').split(',');
  const states = rows.map((row) => {
    const cells = row.split(',');
    const cell = (column: string) => cells[columns.indexOf(column)] ?? '';
    return [cell('svname'), { status: cell('status'), weight: Number(cell('weight')) }] as const;
  });
  return new Map(states.filter(([name]) => name !== 'FRONTEND' && name !== 'BACKEND'));
}

/** The npm package `kinesis-local` as a process of its own: another engine to hold ours against. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Oracle {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** A second when idle; a busy machine starves it. */
const startWithinMs = 40_000;

export async function startOracle(): Promise<Oracle> {
  const main = createRequire(import.meta.url).resolve('kinesis-local');
  const [plainPort, tlsPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [main], {
    stdio: 'ignore',
    env: { ...process.env, ...settings({ plainPort, tlsPort, directory: dirname(main) }) },
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const endpoint = `http://127.0.0.1:${plainPort}`;
  await untilAnswering(endpoint, child);
  return {
    endpoint,
    close: async () => {
      process.removeListener('exit', kill);
      const exited = new Promise((resolve) => {
        child.once('exit', resolve);
      });
      kill();
      await exited;
    },
  };
}

function settings(about: { plainPort: number; tlsPort: number; directory: string }): Record<string, string> {
  const changes = ['CREATE_STREAM', 'DELETE_STREAM', 'MERGE_SHARDS', 'SPLIT_SHARD', 'UPDATE_SHARD_COUNT'];
  const others = ['START_STREAM_ENCRYPTION', 'STOP_STREAM_ENCRYPTION', 'UPDATE_STREAM_MODE'];
  const durations = [...changes, ...others].map((name) => [`${name}_DURATION`, '5ms']);
  return {
    ...Object.fromEntries(durations),
    KINESIS_MOCK_PLAIN_PORT: String(about.plainPort),
    KINESIS_MOCK_TLS_PORT: String(about.tlsPort),
    // It looks for this file in the current directory otherwise.
    KINESIS_MOCK_CERT_PATH: join(about.directory, 'server.json'),
    LOG_LEVEL: 'ERROR',
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (typeof address !== 'object' || !address) throw new Error('No free port');
  return address.port;
}

async function untilAnswering(endpoint: string, child: ChildProcess): Promise<void> {
  const deadlineMs = Date.now() + startWithinMs;
  while (Date.now() < deadlineMs) {
    if (child.exitCode !== null) throw new Error(`kinesis-local exited with ${child.exitCode}`);
    const answered = await fetch(`${endpoint}/healthcheck`).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await delay(20);
  }
  throw new Error(`kinesis-local did not answer within ${startWithinMs} ms`);
}

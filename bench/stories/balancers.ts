/** A balancer with static weights: HAProxy where it is installed, else a small one that behaves like it in what matters here. */

import { withScratch } from '../machinery/scratch.js';
import { haproxyVersion, startBalancer } from '../programs/haproxy/balancer.js';
import { type ProgramFiles, withServers } from './servers.js';

export interface Weighted {
  readonly name: string;
  readonly port: number;
  readonly weight: number;
}

export interface Balanced {
  readonly port: number;
  /** For the page: what it was. */
  readonly what: string;
}

/** Gives `work` the port behind which the servers stand. */
export function withBalancer<Result>(
  files: ProgramFiles,
  servers: readonly Weighted[],
  work: (balanced: Balanced) => Promise<Result>,
): Promise<Result> {
  const version = haproxyVersion();
  if (version !== undefined) return withHaproxy(servers, (port) => work({ port, what: version }));
  const program = { name: 'weighted-balancer', environment: { SERVERS: JSON.stringify(servers) } };
  return withServers(files, [program], ([balancer]) =>
    work({
      port: balancer?.port ?? 0,
      what: 'a small weighted balancer of our own (HAProxy is not installed)',
    }),
  );
}

/** As one finds it in examples: weighted round robin, health checks, and another server for a connection that fails. */
function withHaproxy<Result>(
  servers: readonly Weighted[],
  work: (port: number) => Promise<Result>,
): Promise<Result> {
  const backend = [
    'backend fleet',
    '    mode http',
    '    balance roundrobin',
    '    option redispatch',
    '    retries 3',
    '    default-server check inter 2s fall 3 rise 2',
    ...servers.map(({ name, port, weight }) => `    server ${name} 127.0.0.1:${port} weight ${weight}`),
  ];
  return withScratch(async (directory) => {
    const haproxy = await startBalancer(directory, backend);
    try {
      return await work(haproxy.port);
    } finally {
      await haproxy.stop();
    }
  });
}

/** A backend for haproxy.cfg: a server for each node that is there, each with its agent. Made to be read, and pasted. */

import type { Server } from '../../control/see/balancer.js';

export interface ConfigOptions {
  readonly cluster: string;
  readonly servers: readonly Server[];
  /** Where `veltrix agent-check` listens, as HAProxy reaches it. */
  readonly agentHost: string;
  readonly agentPort: number;
}

/**
 * What each line is for: `agent-check` takes weights and drains from Veltrix, `observe layer4` with `on-error mark-down` leaves
 * a node aside at the first connections that fail, `check` brings it back, `slowstart` gives it work by degrees then.
 */
export function haproxyConfig({ cluster, servers, agentHost, agentPort }: ConfigOptions): readonly string[] {
  const names = new Set<string>();
  return [
    `# Beside this HAProxy: veltrix agent-check ${cluster} --port ${agentPort}`,
    '# Print it again and reload when nodes come or go.',
    `backend ${cluster.replace('/', '-')}`,
    '    mode http',
    '    balance leastconn',
    '    option redispatch',
    '    retries 2',
    '    retry-on conn-failure',
    '    default-server weight 100 check inter 2s fall 2 rise 2 slowstart 30s observe layer4 error-limit 2 on-error mark-down',
    `    default-server agent-check agent-inter 2s agent-addr ${agentHost} agent-port ${agentPort}`,
    ...servers.map((server) => `    ${serverLine(server, names)}`),
  ];
}

function serverLine({ node, endpoint }: Server, names: Set<string>): string {
  const at = endpoint === undefined ? undefined : addressOf(endpoint);
  const printable = JSON.stringify(node);
  // A line feed ends a question, so a name that holds one cannot be asked about.
  if (/[\r\n\0]/.test(node)) return `# ${printable}: HAProxy cannot ask for a name with a line feed in it`;
  if (at === undefined) return `# ${printable}: it reports no endpoint that HAProxy could reach`;
  return `server ${uniqueName(node, names)} ${at.address}${at.isTls ? ' ssl verify required ca-file @system-ca' : ''} agent-send ${quoted(node)}`;
}

function addressOf(endpoint: string): { readonly address: string; readonly isTls: boolean } | undefined {
  if (!URL.canParse(endpoint)) return undefined;
  const { protocol, hostname, port } = new URL(endpoint);
  const usual = { 'http:': '80', 'https:': '443' }[protocol];
  if (hostname === '' || (port === '' && usual === undefined)) return undefined;
  return { address: `${hostname}:${port || usual}`, isTls: protocol === 'https:' };
}

/** Servers of a backend have names of their own, of these characters. */
function uniqueName(node: string, names: Set<string>): string {
  const plain = node.replace(/[^\w.:-]/g, '_');
  let name = plain;
  for (let number = 2; names.has(name); number += 1) name = `${plain}_${number}`;
  names.add(name);
  return name;
}

/** In double quotes a line feed is `\n`; backslash, quote and dollar are escaped (2.2, "Quoting and escaping"). */
const quoted = (text: string): string => `"${text.replace(/[\\"$]/g, '\\$&')}\\n"`;

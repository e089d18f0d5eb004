/** `veltrix agent-check`: answers HAProxy's agent checks for the nodes of one environment, until Ctrl-C. */

import * as z from 'zod';
import { demandCluster } from '../../../control/addressing.js';
import type { Cloud } from '../../../control/cloud.js';
import { type BalancerView, createBalancerView, serversOf } from '../../../control/see/balancer.js';
import { formatCluster } from '../../../core/addresses.js';
import { isVeltrixError } from '../../../core/errors.js';
import { startAgentServer } from '../../balancer/agent-server.js';
import { haproxyConfig } from '../../balancer/haproxy-config.js';
import { type Context, defineCommand } from '../../command.js';
import { address, flag, wholeNumber } from '../../parse-arguments.js';

/** As often as the fleet's own routers look. */
const lookEveryMs = 2_000;

const argsSchema = z.object({
  address,
  port: wholeNumber(0, 65_535).default(9707),
  host: z.string().min(1).default('127.0.0.1'),
  printConfig: flag,
});
type Arguments = z.output<typeof argsSchema>;

/** What `--print-config` prints. */
interface Printed {
  readonly cluster: string;
  readonly lines: readonly string[];
}

export const agentCheck = defineCommand({
  args: argsSchema,
  positional: ['address'],
  async run(context, args): Promise<Printed | undefined> {
    const cloud = await context.cloud();
    const cluster = demandCluster(args.address);
    if (!args.printConfig) {
      await serve(context, cloud, args);
      return undefined;
    }
    const servers = await serversOf(cloud, cluster);
    const where = { agentHost: args.host, agentPort: args.port };
    const name = formatCluster(cluster);
    return { cluster: name, lines: haproxyConfig({ cluster: name, servers, ...where }) };
  },
  render: ({ lines }) => lines,
});

async function serve(context: Context, cloud: Cloud, args: Arguments): Promise<void> {
  const { screen, json, signal } = context;
  const cluster = demandCluster(args.address);
  const view = createBalancerView(cloud, cluster);
  const tell = telling(context);
  tell(await firstLook(cloud, view, args));
  const { host, port } = args;
  const server = await startAgentServer({ host, port, answers: () => view.answers });
  try {
    const said = { cluster: formatCluster(cluster), host, port: server.port, nodes: view.answers.size };
    if (json) screen.json(said);
    else
      screen.line(
        `Answers for ${said.nodes} nodes of ${said.cluster} on ${host}:${server.port}, until Ctrl-C.`,
      );
    while (!signal.aborted) {
      await cloud.wait(lookEveryMs, signal);
      if (!signal.aborted) tell(await view.look());
    }
  } finally {
    await server.close();
  }
}

/** A name that is wrong shows in AppConfig; an AppConfig that does not answer keeps nobody from being answered. */
async function firstLook(cloud: Cloud, view: BalancerView, args: Arguments): Promise<string | undefined> {
  const trouble = await view.look();
  if (view.answers.size === 0 && trouble !== undefined)
    await serversOf(cloud, demandCluster(args.address)).catch(onlyUsage);
  return trouble;
}

function onlyUsage(error: unknown): void {
  if (isVeltrixError(error) && error.code === 'VELTRIX_USAGE') throw error;
}

/** Says once why answers stay as they were, and once that they are new again. */
function telling({ screen, json }: Context): (trouble: string | undefined) => void {
  let said: string | undefined;
  return (trouble) => {
    if (trouble === said) return;
    said = trouble;
    if (json) screen.json(trouble === undefined ? { recovered: true } : { trouble });
    else if (trouble === undefined) screen.line('✔ reads again: answers are new');
    else screen.line(`! ${trouble}; the last answers stay`);
  };
}

/** `veltrix local up`: a local AWS in the foreground. */

import * as z from 'zod';
import { defineCommand } from '../../command.js';
import { serveLocalAws, speed } from '../../local-aws/serve.js';
import { wholeNumber } from '../../parse-arguments.js';

export const localUp = defineCommand({
  args: z.object({
    port: wholeNumber(0, 65_535).optional(),
    speed: speed.optional(),
    keep: z.string().min(1).optional(),
  }),
  async run(context, { port, speed: factor, keep }): Promise<undefined> {
    const { screen, json, signal, directory } = context;
    const { stage } = await context.home();
    const local = await serveLocalAws({ directory, port, speed: factor, keep, stage });
    if (json) screen.json({ endpoint: local.endpoint, environment: local.environment, pid: process.pid });
    else {
      screen.line(`${screen.paint.good('✔')} local AWS at ${screen.paint.strong(local.endpoint)}`);
      screen.line();
      screen.line('  Any AWS SDK or tool of another terminal reaches it with:');
      for (const [name, value] of Object.entries(local.environment)) screen.line(`  export ${name}=${value}`);
      screen.line();
      screen.line(
        `  ${screen.paint.dim('→')} ${screen.paint.code('veltrix local deploy')} deploys the stacks; Ctrl-C stops.`,
      );
    }
    await Promise.race([local.closed, aborted(signal)]);
    await local.close();
    return undefined;
  },
  render: () => [],
});

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

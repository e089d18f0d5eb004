/**
 * A small service, run as a process of its own. Options come as JSON in the first argument; what happens goes out as JSON,
 * a line each; `close` on standard input closes it.
 */

import { connect } from '../../../client/index.js';
import { hunt } from '../world.js';

const say = (what: Readonly<Record<string, unknown>>) => process.stdout.write(`${JSON.stringify(what)}\n`);

const startedAtMs = performance.now();
try {
  const node = await connect(hunt, {
    environment: 'staging',
    node: 'child',
    ...JSON.parse(process.argv[2] ?? '{}'),
  });
  const tell = (event: string) =>
    say({
      event,
      value: node.config.limits.get(),
      state: node.config.limits.state(),
      overrideFile: node.status().overrideFile,
      tookMs: performance.now() - startedAtMs,
    });
  node.config.limits.onChange(() => tell(node.config.limits.state().override ? 'overridden' : 'changed'));
  tell('connected');
  process.stdin.once('data', async () => {
    await node.close();
    process.stdin.destroy();
    say({ event: 'closed' });
  });
} catch (error) {
  say({ event: 'failed', message: String(error) });
}

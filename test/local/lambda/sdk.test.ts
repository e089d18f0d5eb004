import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** A function as it is deployed: the AWS SDK and Powertools bundled in, found through its environment alone. */
const source = `
import { MetricUnit, Metrics } from '@aws-lambda-powertools/metrics';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

const metrics = new Metrics({ namespace: 'shop', serviceName: 'till' });
const client = new SQSClient();
export const handler = async (event: { url: string }) => {
  await client.send(new SendMessageCommand({ QueueUrl: event.url, MessageBody: 'from a function' }));
  metrics.addMetric('messages', MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
};`;

async function bundle(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lambda-bundle-'));
  await writeFile(join(folder, 'entry.ts'), source);
  const outfile = join(folder, 'index.mjs');
  const banner =
    "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  await build({
    entryPoints: [join(folder, 'entry.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    nodePaths: [join(process.cwd(), 'node_modules')],
    banner: { js: banner },
  });
  const text = await readFile(outfile, 'utf8');
  await rm(folder, { recursive: true });
  return text;
}

describe('a bundle with the AWS SDK', () => {
  it('reaches this AWS over the wire, counts its metrics, and does not warn about its Node version', async () => {
    await world.create('sender', await bundle(), { Timeout: 20 });
    const { QueueUrl: url } = await world.aws.call<{ QueueUrl: string }>('sqs', 'CreateQueue', {
      QueueName: 'in',
    });
    expect(await world.invoke('sender', { url })).toEqual({ error: undefined, answer: null });
    expect(await world.messages('in')).toMatchObject([{ Body: 'from a function' }]);
    expect(world.lambda.metrics()).toContain('shop_messages_total{service="till"} 1');
    expect(world.lines.filter((line) => line.includes('Warning'))).toEqual([]);
  });
});

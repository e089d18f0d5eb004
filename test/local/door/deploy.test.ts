import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/index.js';
import type { Json } from '../../../local/kernel/aws.js';

let directory: string;
let local: LocalAws;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'local-deploy-'));
  local = await startLocalAws({ port: 0, keep: join(directory, 'kept') });
});

afterEach(async () => {
  await local.close();
  await rm(directory, { recursive: true });
});

const stream = (Name: string) => ({ Type: 'AWS::Kinesis::Stream', Properties: { Name, ShardCount: 1 } });

/** A cloud assembly with one stack. */
async function write(Resources: Json): Promise<void> {
  const properties = { templateFile: 'shop.template.json' };
  const environment = 'aws://unknown-account/unknown-region';
  const artifacts = { Shop: { type: 'aws:cloudformation:stack', environment, properties } };
  await writeFile(join(directory, 'shop.template.json'), JSON.stringify({ Resources }));
  await writeFile(join(directory, 'manifest.json'), JSON.stringify({ version: '1', artifacts }));
}

async function deployOverTheWire(body: Json): Promise<{ status: number; lines: Json[] }> {
  const response = await fetch(`${local.endpoint}/_local/deploy`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    lines: text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  };
}

async function streamNames(): Promise<unknown> {
  return (await local.call('kinesis', 'ListStreams', {}))['StreamNames'];
}

it('an assembly is deployed through the door, with progress', async () => {
  await write({ Changes: stream('changes') });
  const seen: string[] = [];
  const onProgress = ({ logicalId, status }: { logicalId: string; status: string }) =>
    seen.push(`${logicalId} ${status}`);
  const { stacks } = await local.deploy(directory, { onProgress });
  expect(stacks).toMatchObject([{ name: 'Shop', outcome: 'created' }]);
  expect(seen).toEqual(['Changes started', 'Changes done']);
  expect(await streamNames()).toEqual(['changes']);
});

it('an assembly is deployed over the wire, a line at a time', async () => {
  await write({ Changes: stream('changes') });
  const { status, lines } = await deployOverTheWire({ assembly: directory });
  expect(status).toBe(200);
  expect(lines[0]).toMatchObject({ progress: { logicalId: 'Changes', status: 'started' } });
  expect(lines.at(-1)).toMatchObject({ done: { stacks: [{ name: 'Shop', outcome: 'created' }] } });
  expect(await streamNames()).toEqual(['changes']);
});

it('what is not understood is the last line, and nothing is touched', async () => {
  await write({ Changes: stream('changes'), Odd: { Type: 'AWS::Odd::Thing' } });
  const { lines } = await deployOverTheWire({ assembly: directory });
  expect(lines).toMatchObject([
    { code: 'TemplateRefused', error: expect.stringContaining('AWS::Odd::Thing') },
  ]);
  expect(await streamNames()).toEqual([]);
});

it.each([
  ['a relative path', { assembly: 'cdk.out' }, 'assembly: expected an absolute path'],
  ['a misspelt member', { assembly: '/x', destroy: true }, 'destroy'],
])('%s is refused', async (_about, body, named) => {
  const { status, lines } = await deployOverTheWire(body);
  expect(status).toBe(400);
  expect(lines[0]?.['error']).toContain(named);
});

it('two deployments at once run one after the other', async () => {
  await write({ Changes: stream('changes') });
  const [first, second] = await Promise.all([local.deploy(directory), local.deploy(directory)]);
  expect([first.stacks[0]?.outcome, second.stacks[0]?.outcome]).toEqual(['created', 'unchanged']);
});

it('what was deployed is known after a restart', async () => {
  await write({ Changes: stream('changes'), Load: stream('load') });
  await local.deploy(directory);
  await local.close();
  local = await startLocalAws({ port: 0, keep: join(directory, 'kept') });
  expect((await local.deploy(directory)).stacks[0]?.outcome).toBe('unchanged');
  await write({ Changes: stream('changes') });
  expect((await local.deploy(directory)).stacks[0]?.outcome).toBe('updated');
  expect(await streamNames()).toEqual(['changes']);
});

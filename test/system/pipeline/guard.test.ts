/** A change that every schema admits and that hurts in staging: the guard takes it back there, and nobody is asked about production. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { connect as connectNode, type Node } from '../../../client/index.js';
import { treasureHunt } from '../../../config/treasure-hunt/application.js';
import { type LocalAws, startLocalAws } from '../../../local/index.js';
import { useEnvironment } from '../aws-environment.js';
import { playPipeline } from './code-pipeline.js';
import { createRepository, createStandIns, type Repository } from './repository.js';
import { runScript } from './shell.js';
import { synthesizePipelines } from './template.js';

/** A step of linear-50 lasts five seconds, at whose end the guard looks. */
const speed = 12;
const nodeCount = 6;
const requestEveryMs = 40;
const harmfulQueueSize = 61;

// Rollouts take their time, and each step is a process of its own.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let directory: string;
let aws: LocalAws;
let repository: Repository;
let restore: () => void;
const nodes: Node<typeof treasureHunt>[] = [];
const timers: NodeJS.Timeout[] = [];

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'veltrix-pipeline-'));
  aws = await startLocalAws({ port: 0, speed });
  restore = useEnvironment({ ...aws.environment, CDK_VALIDATION: 'false' });
  await aws.deploy(inject('assembly'));
  repository = createRepository(directory);
  const first = ['gameplay', 'limits'].map(
    (profile) => `node dist/cli/veltrix.js publish treasure-hunt/staging/${profile} -m first --complete`,
  );
  await runScript({ commands: first, directory: repository.checkout(), environment: aws.environment });
  for (let number = 1; number <= nodeCount; number++) nodes.push(await startNode(`node-${number}`));
  for (const node of nodes) timers.push(setInterval(() => serve(node), requestEveryMs));
});

afterAll(async () => {
  for (const timer of timers) clearInterval(timer);
  await Promise.all(nodes.map((node) => node.close()));
  await aws?.close();
  restore?.();
  rmSync(directory, { recursive: true, force: true });
});

const startNode = (node: string) =>
  connectNode(treasureHunt, {
    environment: 'staging',
    node,
    directory: path.join(directory, 'nodes'),
    poll: { intervalSeconds: 0.5 },
    report: { intervalSeconds: 0.7 },
  });

let served = 0;
/** Every other request fails where the harmful value is in force. */
function serve(node: Node<typeof treasureHunt>): void {
  served += 1;
  const isHarmed = node.config.limits.get().queueSize === harmfulQueueSize && served % 2 === 0;
  node.measure(async () => isHarmed && Promise.reject(new Error('no room'))).catch(() => undefined);
}

it('ends with the verdict in numbers, and stays out of production', async () => {
  repository.edit('limits', ['staging'], (text) =>
    text.replace(/^queueSize: .*/m, `queueSize: ${harmfulQueueSize}`),
  );
  repository.commit('more room');
  const environment = { ...aws.environment, PATH: createStandIns(directory).path };
  const { steps, last } = await playPipeline({
    template: synthesizePipelines(path.join(directory, 'assembly')).pipeline,
    directory: path.join(directory, 'artifacts'),
    checkout: repository.checkout,
    environment: async () => environment,
    approve: () => true,
    from: 'staging',
  });
  expect(last.output).toMatch(
    /✖ treasure-hunt\/staging\/limits: deployment 3 was rolled back: .*unhealthy: new [\d,]+ errors in [\d,]+ requests/,
  );
  expect(last).toMatchObject({ name: 'staging/Publish', exitCode: 5 });
  expect(steps.map(({ name }) => name)).toEqual(['staging/Plan', 'staging/Publish']);
  const inProduction = await runScript({
    commands: ['node dist/cli/veltrix.js history treasure-hunt/production --json'],
    directory: repository.checkout(),
    environment,
  });
  expect(JSON.parse(inProduction.output)).toMatchObject({ entries: [] });
});

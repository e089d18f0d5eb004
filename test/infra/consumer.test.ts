/** The example consumer, as a user deploys it: two functions on the stream of changes, each told of what it asked for. */

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChangeEvent } from '../../core/delivery/change-events.js';
import { ChangeSubscription, type ChangeSubscriptionProps } from '../../infra/change-subscription.js';
import { DataStack } from '../../infra/stacks/data-stack.js';
import { stages } from '../../infra/stages.js';
import { type LocalAws, startLocalAws } from '../../local/index.js';
import { withoutValidation } from './assembly.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a room was told: the line, and the key it was told under. */
interface Told {
  readonly room: string;
  readonly text: string;
  readonly key: string;
}

withoutValidation();

let aws: LocalAws;
let rooms: Server;
let folder: string;
const told: Told[] = [];
/** Keys that a room does not take the first time. */
const refusedOnce = new Set<string>();

beforeAll(async () => {
  rooms = await startRooms();
  folder = await mkdtemp(path.join(tmpdir(), 'veltrix-consumer-'));
  aws = await startLocalAws({ port: 0 });
  await aws.deploy(synthesize(`http://127.0.0.1:${(rooms.address() as AddressInfo).port}`));
});
afterAll(async () => {
  await aws?.close();
  rooms?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Chat rooms: what is posted to /room is told there. */
async function startRooms(): Promise<Server> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const key = String(request.headers['idempotency-key']);
    const isRefused = refusedOnce.delete(key);
    if (!isRefused) told.push({ room: request.url?.slice(1) ?? '', key, ...JSON.parse(body) });
    response.writeHead(isRefused ? 503 : 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function synthesize(webHook: string): string {
  const app = new App({ outdir: path.join(folder, 'out'), analyticsReporting: false, treeMetadata: false });
  const [stage] = stages;
  if (!stage) throw new Error('there is no stage');
  const data = new DataStack(app, 'Data', { stage });
  const mine = new Stack(app, 'Mine');
  mine.addStackDependency(data);
  const announce = (room: string, about: Omit<ChangeSubscriptionProps, 'handler'>) => {
    const handler = new NodejsFunction(mine, `Announce-${room}`, {
      entry: path.join(root, 'sample/consumer/index.ts'),
      projectRoot: root,
      depsLockFilePath: path.join(root, 'package-lock.json'),
      runtime: Runtime.NODEJS_22_X,
      timeout: Duration.seconds(30),
      environment: { WEBHOOK_URL: `${webHook}/${room}` },
    });
    new ChangeSubscription(mine, `Changes-${room}`, { handler, ...about });
  };
  announce('production', {
    subjects: ['treasure-hunt/production'],
    types: ['dev.veltrix.deployment.completed', 'dev.veltrix.deployment.rolled-back'],
  });
  announce('limits', { subjects: ['treasure-hunt/staging/limits'] });
  return app.synth().directory;
}

const types = {
  started: 'dev.veltrix.deployment.started',
  completed: 'dev.veltrix.deployment.completed',
  rolledBack: 'dev.veltrix.deployment.rolled-back',
} as const;

function change(
  environment: string,
  profile: string,
  about: { type: keyof typeof types; deployment: number },
) {
  const subject = `treasure-hunt/${environment}/${profile}`;
  return {
    specversion: '1.0',
    id: `${subject}#${about.deployment}.${about.type === 'started' ? 0 : 4}`,
    source: `/veltrix/treasure-hunt/${environment}`,
    type: types[about.type],
    subject,
    time: '2026-11-21T10:00:00.000Z',
    datacontenttype: 'application/json',
    partitionkey: subject,
    data: {
      application: 'treasure-hunt',
      environment,
      profile,
      version: about.deployment + 10,
      deployment: about.deployment,
      ordinal: about.type === 'started' ? 0 : 4,
      triggeredBy: 'APPCONFIG',
      description: 'errors doubled',
      author: 'anna',
      reason: 'longer hunts',
    },
  } satisfies ChangeEvent;
}

async function put(...events: readonly unknown[]): Promise<void> {
  for (const event of events) {
    const PartitionKey = (event as { subject?: string }).subject ?? 'none';
    const Data = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
    await aws.call('kinesis', 'PutRecord', { StreamName: 'veltrix-main-changes', PartitionKey, Data });
  }
}

const toldIn = (room: string) => told.filter((each) => each.room === room).map(({ text }) => text);

describe('changes on the stream', () => {
  it('reach the consumers that asked for them, in order, once, and nobody else', async () => {
    refusedOnce.add('treasure-hunt/production/gameplay#1.4');
    const completed = change('production', 'gameplay', { type: 'completed', deployment: 1 });
    await put(
      change('production', 'gameplay', { type: 'started', deployment: 1 }),
      completed,
      completed,
      'no event at all',
      change('staging', 'gameplay', { type: 'completed', deployment: 1 }),
      change('staging', 'limits', { type: 'rolledBack', deployment: 2 }),
      completed,
      change('production', 'limits', { type: 'rolledBack', deployment: 2 }),
      change('staging', 'limits', { type: 'completed', deployment: 3 }),
    );
    await vi.waitUntil(() => toldIn('production').length >= 2 && toldIn('limits').length >= 2, {
      timeout: 25_000,
      interval: 100,
    });
    expect(toldIn('production')).toEqual([
      'treasure-hunt/production/gameplay version 11 is everywhere: longer hunts (anna)',
      'treasure-hunt/production/limits version 12 was rolled back: errors doubled (anna had published it: longer hunts)',
    ]);
    expect(toldIn('limits')).toEqual([
      'treasure-hunt/staging/limits version 12 was rolled back: errors doubled (anna had published it: longer hunts)',
      'treasure-hunt/staging/limits version 13 is everywhere: longer hunts (anna)',
    ]);
    expect(told.map(({ key }) => key).toSorted()).toEqual([
      'treasure-hunt/production/gameplay#1.4',
      'treasure-hunt/production/limits#2.4',
      'treasure-hunt/staging/limits#2.4',
      'treasure-hunt/staging/limits#3.4',
    ]);
    // It was refused once, and came again.
    expect(refusedOnce).toEqual(new Set());
  });
});

/** Publishes through the gate, by hand, and without effect, in turn: warm, one at a time. */

import { setTimeout } from 'node:timers/promises';
import { LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { createPublishFunction } from '../../../aws/publish-function.js';
import type { PublishRequest } from '../../../core/delivery/publishing.js';
import { defaultStage } from '../../../core/names.js';
import { sayAndExit } from '../say.js';
import { findIds, publishBare, untilComplete } from './bare.js';
import { countRequests } from './requests.js';

const warmUpRounds = 3;
const timedRounds = 20;
const countedRounds = 3;
/** Each deployment wakes the function that tells others: it is done, and the machine idle, before the next is timed. */
const pauseMs = 200;

// Each side has an environment of its own: deployments of one environment wait for each other.
const gateEnvironment = 'staging';
const bareEnvironment = 'production';

const gate = createPublishFunction(new LambdaClient(), {
  stage: defaultStage,
  cluster: { application: 'treasure-hunt', environment: gateEnvironment },
});
const ids = await findIds();
const gameplay = z.looseObject({ coolDownMs: z.number() }).parse(JSON.parse(process.env['GAMEPLAY'] ?? ''));
const samples = { publish: [], bare: [], unchanged: [], unchangedRequests: [] } as Record<string, number[]>;

/** Does it, and notes under its name what it took. */
type Measure = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;

const unmeasured: Measure = (_, work) => work();

const timed: Measure = async (name, work) => {
  await setTimeout(pauseMs);
  const beganMs = performance.now();
  const result = await work();
  samples[name]?.push(performance.now() - beganMs);
  return result;
};

const counted: Measure = async (name, work) => {
  const { result, requests } = await countRequests(work);
  samples[`${name}Requests`]?.push(requests);
  return result;
};

let contents = 0;

async function round(measure: Measure): Promise<void> {
  contents += 1;
  const content = { ...gameplay, coolDownMs: gameplay.coolDownMs + contents };
  const { deployment } = await measure('publish', () => publish(content));
  await untilComplete(ids, gateEnvironment, deployment);
  const bare = await measure('bare', () => publishBare(ids, bareEnvironment, content));
  await untilComplete(ids, bareEnvironment, bare);
  const { unchanged } = await measure('unchanged', () => publish(content));
  if (!unchanged) throw new Error('what was published already was published again');
}

async function publish(content: unknown) {
  const request = { profile: 'gameplay', content, description: 'measured', author: 'bench' };
  const result = await gate.publish({ ...request, strategy: 'immediate' } satisfies PublishRequest);
  if (result.outcome !== 'accepted') throw new Error(`not published: ${JSON.stringify(result)}`);
  return result;
}

for (let times = 0; times < warmUpRounds; times++) await round(unmeasured);
for (let times = 0; times < timedRounds; times++) await round(timed);
for (let times = 0; times < countedRounds; times++) await round(counted);
sayAndExit(samples);

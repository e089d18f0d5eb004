/** Opens what tells of the stage's functions, streams and queues: each part with its first question. */

import type { Upkeep } from '../core/upkeep.js';
import { once } from './values/once.js';

export function openUpkeep(): Upkeep {
  const functions = once(openFunctions);
  const streams = once(openStreams);
  const queues = once(openQueues);
  const extensions = once(openExtensions);
  return {
    region: openRegion,
    deployedFunction: async (name) => (await functions()).deployedFunction(name),
    eventSources: async (name) => (await functions()).eventSources(name),
    openShards: async (name) => (await streams()).openShards(name),
    messages: async (name) => (await queues()).messages(name),
    extended: async (name) => (await extensions()).extended(name),
  };
}

async function openFunctions() {
  const [{ createFunctions }, { lambdaClient }] = await Promise.all([
    import('../aws/upkeep/functions.js'),
    import('../aws/clients.js'),
  ]);
  return createFunctions(await lambdaClient());
}

async function openStreams() {
  const [{ createStreams }, { kinesisClient }] = await Promise.all([
    import('../aws/upkeep/streams.js'),
    import('../aws/clients.js'),
  ]);
  return createStreams(await kinesisClient());
}

async function openQueues() {
  const [{ createQueues }, { sqsClient }] = await Promise.all([
    import('../aws/upkeep/queues.js'),
    import('../aws/clients.js'),
  ]);
  return createQueues(await sqsClient());
}

async function openExtensions() {
  const [{ createExtensions }, { appConfigClient }] = await Promise.all([
    import('../aws/upkeep/extensions.js'),
    import('../aws/clients.js'),
  ]);
  return createExtensions(await appConfigClient());
}

/** As every AWS tool finds it. */
async function openRegion(): Promise<string> {
  const { lambdaClient } = await import('../aws/clients.js');
  return (await lambdaClient()).config.region();
}

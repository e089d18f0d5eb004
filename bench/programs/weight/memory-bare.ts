/**
 * The same calls as a connected node makes, five times a second each, with bare clients and nothing else; with `CHECK`,
 * what comes back is held against the service's schemas.
 */

import { setInterval } from 'node:timers/promises';
import {
  AppConfigDataClient,
  GetLatestConfigurationCommand,
  StartConfigurationSessionCommand,
} from '@aws-sdk/client-appconfigdata';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { sayAndExit } from '../say.js';
import { settledMemory } from './settled-memory.js';

const intervalMs = 200;
const appConfig = new AppConfigDataClient();
const kinesis = new KinesisClient();
const held = new Map<string, unknown>();

const check =
  process.env['CHECK'] === undefined ? (_: string, value: unknown) => value : await checkWithSchemas();

async function checkWithSchemas() {
  const { treasureHunt } = await import('../../../config/treasure-hunt/application.js');
  return (name: string, value: unknown): unknown =>
    treasureHunt.profiles.find((profile) => profile.name === name)?.schema.parse(value);
}

async function poll(profile: string): Promise<void> {
  const { InitialConfigurationToken } = await appConfig.send(
    new StartConfigurationSessionCommand({
      ApplicationIdentifier: 'treasure-hunt',
      EnvironmentIdentifier: 'production',
      ConfigurationProfileIdentifier: profile,
    }),
  );
  let token = InitialConfigurationToken;
  for await (const _ of setInterval(intervalMs)) {
    const answer = await appConfig.send(new GetLatestConfigurationCommand({ ConfigurationToken: token }));
    token = answer.NextPollConfigurationToken;
    const text = answer.Configuration?.transformToString() ?? '';
    if (text !== '') held.set(profile, check(profile, JSON.parse(text)));
  }
}

async function report(): Promise<void> {
  for await (const _ of setInterval(intervalMs)) {
    const Data = new TextEncoder().encode(JSON.stringify({ node: 'measured', profiles: [...held.keys()] }));
    const Records = [{ PartitionKey: 'measured', Data }];
    await kinesis.send(new PutRecordsCommand({ StreamName: process.env['STREAM'], Records }));
  }
}

const fail = (error: unknown) => {
  throw error;
};
for (const work of [poll('gameplay'), poll('limits'), report()]) work.catch(fail);
const found = await settledMemory();
if (held.size !== 2)
  throw new Error(`held ${[...held.keys()].join(', ') || 'nothing'}, expected two profiles`);
sayAndExit(found);

/** Every kind of stage, deployed to a local AWS that is the stage's account and region. */

import { afterEach, describe, expect, it } from 'vitest';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../../local/index.js';
import { scratchApps } from '../assembly.js';
import { stageOf, synthesizer, twoAccounts } from './synthesized.js';

const synthesized = synthesizer();
const scratchApp = scratchApps();

let aws: LocalAws | undefined;
afterEach(() => aws?.close());

async function start(identity: LocalAwsOptions['identity'] = {}): Promise<LocalAws> {
  aws = await startLocalAws({ port: 0, identity });
  return aws;
}

/** Names of a list's items, as one operation answers it. */
async function named(
  here: LocalAws,
  [service, operation, input = {}]: readonly [
    Parameters<LocalAws['call']>[0],
    string,
    Record<string, unknown>?,
  ],
): Promise<readonly string[]> {
  const answer = await here.call<Record<string, unknown>>(service, operation, input);
  const list = Object.values(answer).find(Array.isArray) as (string | { Name: string })[];
  return list.map((item) => (typeof item === 'string' ? item : item.Name)).toSorted();
}

describe('two stages in two accounts', () => {
  it('are deployed each to its own', async () => {
    const here = await start({ accountId: '444455556666', region: 'eu-central-1' });
    await here.deploy(synthesized(twoAccounts, { stage: 'live' }).directory);
    expect(await named(here, ['kinesis', 'ListStreams'])).toEqual([
      'veltrix-live-changes',
      'veltrix-live-load',
    ]);
    const { Items } = await here.call<{ Items: { Id: string; Name: string }[] }>(
      'appconfig',
      'ListApplications',
      {},
    );
    expect(Items.map(({ Name }) => Name).toSorted()).toEqual(['hunt', 'shop']);
    for (const { Id } of Items)
      expect(await named(here, ['appconfig', 'ListEnvironments', { ApplicationId: Id }])).toEqual([
        'production',
      ]);
  });

  it('are not deployed to another', async () => {
    const here = await start({ accountId: '444455556666', region: 'eu-central-1' });
    await expect(here.deploy(synthesized(twoAccounts).directory)).rejects.toThrow(
      'is bound to aws://111122223333/eu-west-1, this local AWS is aws://444455556666/eu-central-1',
    );
    expect(await named(here, ['kinesis', 'ListStreams'])).toEqual([]);
  });
});

describe('a stage with a key of its own', () => {
  it('encrypts what it keeps with it, and can leave it: the key stays, for what was written under it', async () => {
    const here = await start();
    const own = synthesized([stageOf({ key: 'customer-managed' })]);
    await here.deploy(own.directory);
    const keyOf = async () => {
      const about = { StreamName: 'veltrix-main-load' };
      const { StreamDescriptionSummary } = await here.call<{ StreamDescriptionSummary: { KeyId: string } }>(
        'kinesis',
        'DescribeStreamSummary',
        about,
      );
      return StreamDescriptionSummary.KeyId;
    };
    expect(await keyOf()).toMatch(/^arn:aws:kms:us-east-1:000000000000:key\/[\w-]+$/);
    const { stacks } = await here.deploy(synthesized([stageOf()]).directory);
    expect(stacks.map(({ outcome }) => outcome)).toContain('updated');
    expect(await keyOf()).toBe('alias/aws/kinesis');
  });
});

describe('a stage that is thrown away', () => {
  it('takes everything with it', async () => {
    const here = await start();
    await here.deploy(synthesized([stageOf({ removal: 'destroy', key: 'aws-owned' })]).directory);
    expect(await named(here, ['dynamodb', 'ListTables'])).toHaveLength(5);
    await here.deploy(scratchApp().synth().directory, { destroyMissing: true });
    for (const list of [
      ['dynamodb', 'ListTables'],
      ['kinesis', 'ListStreams'],
      ['appconfig', 'ListApplications'],
    ] as const)
      expect(await named(here, list)).toEqual([]);
  });
});

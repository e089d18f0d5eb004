import { describe, expect, it } from 'vitest';
import { inWorld } from '../in-world.js';
import { addVersion, createPlace, refusalOf, startWorld, text } from '../world.js';

const { world, place } = inWorld();

const authorization = 'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/appconfig/aws4_request';

function versionsUrl(): string {
  const { ApplicationId, ConfigurationProfileId } = place;
  return `${world.endpoint}/applications/${ApplicationId}/configurationprofiles/${ConfigurationProfileId}/hostedconfigurationversions`;
}

describe('creating a hosted version', () => {
  it('takes the raw body as content and answers it raw, with everything else in headers', async () => {
    const bytes = Uint8Array.from([0, 255, 128, 10, 13]);
    const response = await fetch(versionsUrl(), {
      method: 'POST',
      headers: {
        authorization,
        'content-type': 'application/x-protobuf',
        description: 'first',
        versionlabel: 'v1-00ff',
      },
      body: bytes,
    });
    expect(response.status).toBe(201);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
    expect({
      application: response.headers.get('Application-Id'),
      profile: response.headers.get('Configuration-Profile-Id'),
      number: response.headers.get('Version-Number'),
      type: response.headers.get('Content-Type'),
      description: response.headers.get('Description'),
      label: response.headers.get('VersionLabel'),
    }).toEqual({
      application: place.ApplicationId,
      profile: place.ConfigurationProfileId,
      number: '1',
      type: 'application/x-protobuf',
      description: 'first',
      label: 'v1-00ff',
    });
  });

  it('gives the same back to the SDK when it is read again', async () => {
    await addVersion(world, place, { content: 'a: 1\n', contentType: 'application/yaml', label: 'v1' });
    const read = await world.control.getHostedConfigurationVersion({ ...place, VersionNumber: 1 });
    expect(Buffer.from(read.Content ?? '').toString()).toBe('a: 1\n');
    expect(read).toMatchObject({ VersionNumber: 1, ContentType: 'application/yaml', VersionLabel: 'v1' });
  });

  it('stores an empty content', async () => {
    await addVersion(world, place, { content: '' });
    const read = await world.control.getHostedConfigurationVersion({ ...place, VersionNumber: 1 });
    expect(Buffer.from(read.Content ?? '').toString()).toBe('');
    expect(read.VersionNumber).toBe(1);
  });

  it('refuses a label of digits alone, and one that the profile has', async () => {
    const digits = await refusalOf(addVersion(world, place, { content: '{}', label: '42' }));
    expect(digits).toMatchObject({ name: 'BadRequestException', status: 400 });
    expect(digits.message).toMatch(/^VersionLabel: expected a label with at least one character/);
    await addVersion(world, place, { content: '{}', label: 'v1' });
    const doubled = await refusalOf(addVersion(world, place, { content: '{}', label: 'v1' }));
    expect(doubled).toMatchObject({ name: 'ConflictException', status: 409 });
    expect(doubled.message).toContain('VersionLabel v1 is taken by version 1');
  });

  it('refuses a description that a header cannot carry', async () => {
    const call = world.services.control.call('CreateHostedConfigurationVersion', {
      ApplicationId: place.ApplicationId,
      ConfigurationProfileId: place.ConfigurationProfileId,
      Content: Buffer.from('{}'),
      ContentType: 'application/json',
      Description: 'größer',
    });
    await expect(call).rejects.toThrow('Description: expected ASCII');
  });

  it('takes a megabyte, and answers 413 with measure, limit and size for more', async () => {
    const kilobyte = 'x'.repeat(1024);
    await addVersion(world, place, { content: kilobyte.repeat(1024) });
    const refusal = await refusalOf(addVersion(world, place, { content: kilobyte.repeat(1025) }));
    expect(refusal).toMatchObject({
      name: 'PayloadTooLargeException',
      status: 413,
      members: { Measure: 'KILOBYTES', Limit: 1024, Size: 1025 },
    });
  });
});

describe('the hosted store', () => {
  it('holds so much of all profiles together, takes no more, and has room again once a version is deleted', async () => {
    const small = await startWorld({ hostedStoreBytes: 10 });
    const first = await createPlace(small);
    const second = await createPlace(small);
    await addVersion(small, first, { content: 'xxxx' });
    await addVersion(small, second, { content: 'xxxx' });
    expect(await refusalOf(addVersion(small, first, { content: 'yyy' }))).toMatchObject({
      name: 'ServiceQuotaExceededException',
      status: 402,
    });
    await addVersion(small, first, { content: 'yy' });
    await small.control.deleteHostedConfigurationVersion({ ...second, VersionNumber: 1 });
    await addVersion(small, first, { content: 'yyy' });
  });
});

describe('the optimistic lock', () => {
  const locked = (LatestVersionNumber: number) =>
    world.control.createHostedConfigurationVersion({
      ...place,
      Content: Buffer.from('{}'),
      ContentType: 'application/json',
      LatestVersionNumber,
    });

  it('lets the newest number through, 0 for a profile without versions', async () => {
    expect((await locked(0)).VersionNumber).toBe(1);
    expect((await locked(1)).VersionNumber).toBe(2);
  });

  it('answers 409 for any other number', async () => {
    await locked(0);
    for (const wrong of [0, 2])
      expect(await refusalOf(locked(wrong))).toMatchObject({ name: 'ConflictException', status: 409 });
  });

  it('lets exactly one of many through that saw the same newest version', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => locked(0)));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    const { Items } = await world.control.listHostedConfigurationVersions(place);
    expect(Items).toHaveLength(1);
  });

  it('is looked at again after a slow extension', async () => {
    const { control, lambda } = world;
    const Uri = lambda.define(
      'slow',
      () => new Promise((resolve) => void world.clock.after(1000, () => resolve({}))),
    );
    const { Name } = await control.createExtension({
      Name: 'slow',
      Actions: { PRE_CREATE_HOSTED_CONFIGURATION_VERSION: [{ Name: 'wait', Uri }] },
    });
    const ResourceIdentifier = `arn:aws:appconfig:us-east-1:000000000000:application/${place.ApplicationId}`;
    await control.createExtensionAssociation({ ExtensionIdentifier: text(Name), ResourceIdentifier });
    const both = Promise.allSettled([locked(0), locked(0)]);
    await expect.poll(() => lambda.calls.length).toBe(2);
    await world.clock.advance(1000);
    expect((await both).map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('listing hosted versions', () => {
  const labels = async (VersionLabel?: string) => {
    const { Items = [] } = await world.control.listHostedConfigurationVersions({ ...place, VersionLabel });
    return Items.map((item) => item.VersionLabel);
  };

  it('shows the newest first, without content', async () => {
    for (const label of ['v1', 'v2', 'v3']) await addVersion(world, place, { content: '{}', label });
    expect(await labels()).toEqual(['v3', 'v2', 'v1']);
    const { Items = [] } = await world.control.listHostedConfigurationVersions(place);
    expect(Items[0]).not.toHaveProperty('Content');
  });

  it('matches a label whole, or as a prefix before a star', async () => {
    for (const label of ['v1', 'v2', 'v2-a', 'v20', 'w2'])
      await addVersion(world, place, { content: '{}', label });
    await addVersion(world, place, { content: '{}' });
    expect(await labels('v2*')).toEqual(['v20', 'v2-a', 'v2']);
    expect(await labels('v2')).toEqual(['v2']);
    expect(await labels('v')).toEqual([]);
  });

  it('pages downwards', async () => {
    for (const label of ['v1', 'v2', 'v3']) await addVersion(world, place, { content: '{}', label });
    const first = await world.control.listHostedConfigurationVersions({ ...place, MaxResults: 2 });
    await addVersion(world, place, { content: '{}', label: 'v4' });
    const second = await world.control.listHostedConfigurationVersions({
      ...place,
      MaxResults: 2,
      NextToken: first.NextToken,
    });
    expect(second.Items?.map((item) => item.VersionLabel)).toEqual(['v1']);
    expect(second.NextToken).toBeUndefined();
  });
});

describe('deleting', () => {
  it('refuses to delete a profile that still has versions, in the words of AWS', async () => {
    await addVersion(world, place, { content: '{}' });
    const refusal = await refusalOf(world.control.deleteConfigurationProfile(place));
    expect(refusal).toMatchObject({ name: 'BadRequestException', status: 400 });
    expect(refusal.message).toBe(
      `Cannot delete configuration profile ${place.ConfigurationProfileId} because there are still hosted configuration versions existing under it.`,
    );
    await world.control.deleteHostedConfigurationVersion({ ...place, VersionNumber: 1 });
    expect((await world.control.deleteConfigurationProfile(place)).$metadata.httpStatusCode).toBe(204);
  });

  it('never gives a number twice', async () => {
    await addVersion(world, place, { content: '{}' });
    await addVersion(world, place, { content: '{}' });
    await world.control.deleteHostedConfigurationVersion({ ...place, VersionNumber: 2 });
    expect(await addVersion(world, place, { content: '{}' })).toBe('3');
  });
});

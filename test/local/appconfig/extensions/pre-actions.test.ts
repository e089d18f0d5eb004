import { describe, expect, it } from 'vitest';
import { inWorld } from '../in-world.js';
import { addVersion, deploy, refusalOf, start, startPoller } from '../world.js';
import { extend } from './extend.js';

const { world, place } = inWorld();

const base64 = (text: string) => Buffer.from(text).toString('base64');
const stored = async (VersionNumber: number) => {
  const version = await world.control.getHostedConfigurationVersion({ ...place, VersionNumber });
  return Buffer.from(version.Content ?? '').toString();
};

describe('PRE_CREATE_HOSTED_CONFIGURATION_VERSION', () => {
  it('is told content, number and the version before', async () => {
    const Uri = world.lambda.define('pre', () => undefined);
    await addVersion(world, place, { content: 'one' });
    await extend(world, place, {
      actions: { PRE_CREATE_HOSTED_CONFIGURATION_VERSION: Uri },
      parameters: { bucket: {} },
      values: { bucket: 'b' },
    });
    await world.control.createHostedConfigurationVersion({
      ...place,
      Content: Buffer.from('two'),
      ContentType: 'text/plain',
      Description: 'second',
    });
    const [event] = world.lambda.eventsOf('pre');
    expect(event?.['InvocationId']).toMatch(/^[a-z0-9]{7}$/);
    expect(event).toEqual({
      InvocationId: event?.['InvocationId'],
      Parameters: { bucket: 'b' },
      Type: 'PreCreateHostedConfigurationVersion',
      ContentType: 'text/plain',
      ContentVersion: '2',
      Content: 'dHdv',
      Application: { Id: place.ApplicationId, Name: 'hunt' },
      ConfigurationProfile: { Id: place.ConfigurationProfileId, Name: 'gameplay' },
      Description: 'second',
      PreviousContent: { ContentType: 'application/json', ContentVersion: '1', Content: 'b25l' },
    });
  });

  it('changes what is stored, one extension after another, the application before the profile', async () => {
    const append = (suffix: string) => (event: Record<string, unknown>) => ({
      Content: base64(`${Buffer.from(String(event['Content']), 'base64')}${suffix}`),
    });
    const point = 'PRE_CREATE_HOSTED_CONFIGURATION_VERSION';
    const onProfile = world.lambda.define('profile', append('+profile'));
    const onApplication = world.lambda.define('application', append('+application'));
    await extend(world, place, { name: 'a', actions: { [point]: onProfile }, on: 'profile' });
    await extend(world, place, { name: 'b', actions: { [point]: onApplication } });
    await addVersion(world, place, { content: 'sent' });
    expect(await stored(1)).toBe('sent+application+profile');
  });

  it('is not asked for an association with an environment', async () => {
    const Uri = world.lambda.define('pre', () => ({ Error: 'BadRequestError', Message: 'no' }));
    await extend(world, place, {
      actions: { PRE_CREATE_HOSTED_CONFIGURATION_VERSION: Uri },
      on: 'environment',
    });
    expect(await addVersion(world, place, { content: 'x' })).toBe('1');
  });

  it('keeps the size limit for what it makes of the content', async () => {
    const Uri = world.lambda.define('pre', () => ({ Content: base64('x'.repeat(1024 * 1024 + 1)) }));
    await extend(world, place, { actions: { PRE_CREATE_HOSTED_CONFIGURATION_VERSION: Uri } });
    expect((await refusalOf(addVersion(world, place, { content: 'x' }))).status).toBe(413);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no disk');
      },
      'Error invoking extension guard: no disk',
    ],
    [
      'answers an error',
      () => ({ Error: 'BadRequestError', Message: 'limits.max is negative' }),
      'Error invoking extension guard: limits.max is negative',
    ],
    [
      'answers content that is not base64',
      () => ({ Content: 'a b' }),
      "Error invoking extension guard: Malformed 'Content' provided",
    ],
  ])('refuses the version when it %s, and nothing is stored', async (_, behaviour, message) => {
    const Uri = world.lambda.define('pre', behaviour);
    await extend(world, place, { actions: { PRE_CREATE_HOSTED_CONFIGURATION_VERSION: Uri } });
    expect(await refusalOf(addVersion(world, place, { content: 'x' }))).toMatchObject({
      name: 'BadRequestException',
      status: 400,
      message,
      members: { Reason: 'InvalidConfiguration' },
    });
    expect((await world.control.listHostedConfigurationVersions(place)).Items).toEqual([]);
  });

  it('passes on the details of a refusal', async () => {
    const Details = [{ Type: 'Malformed', Name: '/limits/max', Reason: 'negative' }];
    const Uri = world.lambda.define('pre', () => ({ Error: 'BadRequestError', Message: 'no', Details }));
    await extend(world, place, { actions: { PRE_CREATE_HOSTED_CONFIGURATION_VERSION: Uri } });
    expect((await refusalOf(addVersion(world, place, { content: 'x' }))).members['Details']).toEqual({
      InvalidConfiguration: [{ Type: 'Malformed', Location: '/limits/max', Reason: 'negative' }],
    });
  });
});

describe('PRE_START_DEPLOYMENT', () => {
  it('changes what clients get, and not the stored version', async () => {
    const Uri = world.lambda.define('pre', () => ({ Content: base64('mutated') }));
    await extend(world, place, { actions: { PRE_START_DEPLOYMENT: Uri } });
    await deploy(world, place, await addVersion(world, place, { content: 'stored' }));
    expect(await (await startPoller(world, place)).poll()).toBe('mutated');
    expect(await stored(1)).toBe('stored');
  });

  it('shows validators what it made of the content', async () => {
    const Content = world.lambda.define('check', () => undefined);
    const Uri = world.lambda.define('pre', () => ({ Content: base64('mutated') }));
    await world.control.updateConfigurationProfile({ ...place, Validators: [{ Type: 'LAMBDA', Content }] });
    await extend(world, place, { actions: { PRE_START_DEPLOYMENT: Uri } });
    await start(world, place, { version: await addVersion(world, place, { content: 'stored' }) });
    expect(world.lambda.eventsOf('check')[0]?.['content']).toBe(base64('mutated'));
  });

  it('refuses the deployment when it fails, and no record is left', async () => {
    const Uri = world.lambda.define('pre', () => {
      throw new Error('freeze until Monday');
    });
    await extend(world, place, { actions: { PRE_START_DEPLOYMENT: Uri } });
    const version = await addVersion(world, place, { content: 'x' });
    expect(await refusalOf(start(world, place, { version }))).toMatchObject({
      name: 'BadRequestException',
      status: 400,
      message: 'Error invoking extension guard: freeze until Monday',
    });
    expect((await world.control.listDeployments(place)).Items).toEqual([]);
  });

  it('is told the deployment, and dynamic parameters over those of the association', async () => {
    const Uri = world.lambda.define('pre', () => null);
    const { extensionId, associationId } = await extend(world, place, {
      actions: { PRE_START_DEPLOYMENT: Uri },
      parameters: { table: { Required: true }, ticket: { Dynamic: true } },
      values: { table: 't', ticket: 'none' },
    });
    const version = await addVersion(world, place, { content: 'x' });
    const started = await world.control.startDeployment({
      ...place,
      ConfigurationVersion: version,
      DeploymentStrategyId: 'AppConfig.AllAtOnce',
      Description: 'first',
      DynamicExtensionParameters: { 'guard#ticket': 'T-7' },
    });
    const [event] = world.lambda.eventsOf('pre');
    expect(event).toEqual({
      InvocationId: event?.['InvocationId'],
      Parameters: { table: 't', ticket: 'T-7' },
      Type: 'PreStartDeployment',
      ContentType: 'application/json',
      ContentVersion: '1',
      Content: base64('x'),
      Application: { Id: place.ApplicationId, Name: 'hunt' },
      Environment: { Id: place.EnvironmentId, Name: 'staging' },
      ConfigurationProfile: { Id: place.ConfigurationProfileId, Name: 'gameplay' },
      DeploymentNumber: 1,
      Description: 'first',
    });
    expect(started.AppliedExtensions).toEqual([
      {
        ExtensionId: extensionId,
        ExtensionAssociationId: associationId,
        VersionNumber: 1,
        Parameters: { table: 't', ticket: 'T-7' },
      },
    ]);
  });

  it.each([
    ['nobody#ticket', "no extension 'nobody' is associated here"],
    ['guard#table', "'table' is not a dynamic parameter of guard"],
  ])('takes no dynamic parameter %s', async (key, message) => {
    const Uri = world.lambda.define('pre', () => null);
    await extend(world, place, {
      actions: { PRE_START_DEPLOYMENT: Uri },
      parameters: { table: {}, ticket: { Dynamic: true } },
    });
    const refusal = await refusalOf(
      world.control.startDeployment({
        ...place,
        ConfigurationVersion: await addVersion(world, place, { content: 'x' }),
        DeploymentStrategyId: 'AppConfig.AllAtOnce',
        DynamicExtensionParameters: { [key]: 'x' },
      }),
    );
    expect(refusal).toMatchObject({ status: 400, message: `DynamicExtensionParameters: ${message}` });
  });

  it('may not be called without a role and without a resource policy', async () => {
    const Uri = world.lambda.define('pre', () => null, 'nobody');
    const version = await addVersion(world, place, { content: 'x' });
    const { associationId } = await extend(world, place, { actions: { PRE_START_DEPLOYMENT: Uri } });
    expect((await refusalOf(start(world, place, { version }))).message).toContain('AppConfig may not invoke');
    await world.control.deleteExtensionAssociation({ ExtensionAssociationId: associationId });
    const roleArn = 'arn:aws:iam::000000000000:role/appconfig';
    await extend(world, place, { name: 'with-role', actions: { PRE_START_DEPLOYMENT: Uri }, roleArn });
    expect(await start(world, place, { version })).toBe(1);
  });
});

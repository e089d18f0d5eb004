import { beforeEach, describe, expect, it } from 'vitest';
import { createPlace, createStrategy, refusalOf, startWorld, text, type World } from '../world.js';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});

describe('applications', () => {
  it('answers 201 with an id of seven characters, the name and the description', async () => {
    const created = await world.control.createApplication({ Name: 'hunt', Description: 'a game' });
    expect(created.$metadata.httpStatusCode).toBe(201);
    expect(created.Id).toMatch(/^[a-z0-9]{4,7}$/);
    expect({ Name: created.Name, Description: created.Description }).toEqual({
      Name: 'hunt',
      Description: 'a game',
    });
  });

  it('takes the same name twice and gives each its own id', async () => {
    const first = await world.control.createApplication({ Name: 'hunt' });
    const second = await world.control.createApplication({ Name: 'hunt' });
    expect(first.Id).not.toBe(second.Id);
  });

  it('changes only what an update names', async () => {
    const { Id } = await world.control.createApplication({ Name: 'hunt', Description: 'a game' });
    const updated = await world.control.updateApplication({ ApplicationId: Id, Name: 'chase' });
    expect({ Name: updated.Name, Description: updated.Description }).toEqual({
      Name: 'chase',
      Description: 'a game',
    });
  });

  it('does not find an application by its name', async () => {
    await world.control.createApplication({ Name: 'hunt' });
    const refusal = await refusalOf(world.control.getApplication({ ApplicationId: 'hunt' }));
    expect(refusal).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
      message: 'Application hunt could not be found',
      members: { ResourceName: 'Application' },
    });
  });

  it('refuses to delete an application that still holds something, and deletes an empty one', async () => {
    const { control } = world;
    const place = await createPlace(world);
    const refusal = await refusalOf(control.deleteApplication(place));
    expect(refusal).toMatchObject({ name: 'BadRequestException', status: 400 });
    expect(refusal.message).toMatch(/still has .*: staging, gameplay$/);
    await control.deleteEnvironment(place);
    await control.deleteConfigurationProfile(place);
    expect((await control.deleteApplication(place)).$metadata.httpStatusCode).toBe(204);
    expect((await control.listApplications({})).Items).toEqual([]);
  });

  it('names path and expectation of a member it refuses', async () => {
    const refusal = await refusalOf(world.control.createApplication({ Name: 'x'.repeat(65) }));
    expect(refusal).toMatchObject({ name: 'BadRequestException', status: 400 });
    expect(refusal.message).toMatch(/^Name: .*<=64 characters/);
  });

  it('refuses a member that AWS does not have', async () => {
    const call = world.services.control.call('CreateApplication', { Name: 'hunt', Nmae: 'x' });
    await expect(call).rejects.toThrow('Unrecognized key: "Nmae"');
  });
});

describe('environments', () => {
  it('are ready for a deployment from the start', async () => {
    const place = await createPlace(world);
    const environment = await world.control.getEnvironment(place);
    expect(environment).toMatchObject({ Name: 'staging', State: 'READY_FOR_DEPLOYMENT' });
  });

  it('record monitors, and say that nobody reads the alarms', async () => {
    const place = await createPlace(world);
    const AlarmArn = 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:errors';
    const updated = await world.control.updateEnvironment({ ...place, Monitors: [{ AlarmArn }] });
    expect(updated.Monitors).toEqual([{ AlarmArn }]);
    expect(world.notices).toHaveLength(1);
    expect(world.notices[0]).toContain('none of them will roll a deployment back');
    expect((await world.control.updateEnvironment({ ...place, Monitors: [] })).Monitors).toEqual([]);
  });

  it('are not found in another application', async () => {
    const place = await createPlace(world);
    const other = await world.control.createApplication({ Name: 'other' });
    const refusal = await refusalOf(
      world.control.getEnvironment({ ...place, ApplicationId: text(other.Id) }),
    );
    expect(refusal).toMatchObject({ status: 404, members: { ResourceName: 'Environment' } });
  });
});

describe('configuration profiles', () => {
  it('are freeform when nothing is said, and listed as summaries by type', async () => {
    const Content = 'arn:aws:lambda:us-east-1:000000000000:function:check:live';
    const place = await createPlace(world, { Validators: [{ Type: 'LAMBDA', Content }] });
    const profile = await world.control.getConfigurationProfile(place);
    expect(profile).toMatchObject({ Type: 'AWS.Freeform', Validators: [{ Type: 'LAMBDA', Content }] });
    const { Items } = await world.control.listConfigurationProfiles({ ...place, Type: 'AWS.Freeform' });
    expect(Items).toEqual([
      {
        ApplicationId: place.ApplicationId,
        Id: place.ConfigurationProfileId,
        Name: 'gameplay',
        LocationUri: 'hosted',
        ValidatorTypes: ['LAMBDA'],
        Type: 'AWS.Freeform',
      },
    ]);
    const flags = await world.control.listConfigurationProfiles({
      ...place,
      Type: 'AWS.AppConfig.FeatureFlags',
    });
    expect(flags.Items).toEqual([]);
  });

  it.each([
    ['feature flags', { Type: 'AWS.AppConfig.FeatureFlags' }, 'profiles of type AWS.AppConfig.FeatureFlags'],
    ['other sources', { LocationUri: 's3://bucket/key' }, 'configurations stored at s3://bucket/key'],
    ['customer keys', { KmsKeyIdentifier: 'alias/k' }, 'KmsKeyIdentifier'],
    [
      'JSON schemas',
      { Validators: [{ Type: 'JSON_SCHEMA' as const, Content: '{}' }] },
      'JSON_SCHEMA validators',
    ],
  ])('says that %s are not here, and names them', async (_, profile, named) => {
    const refusal = await refusalOf(createPlace(world, profile));
    expect(refusal).toMatchObject({ name: 'NotImplementedException', status: 501 });
    expect(refusal.message).toContain(named);
    expect(refusal.message).toContain('behaviour.md');
  });

  it('refuse a validator that is no function', async () => {
    const refusal = await refusalOf(
      createPlace(world, { Validators: [{ Type: 'LAMBDA', Content: 'check' }] }),
    );
    expect(refusal).toMatchObject({ status: 400 });
    expect(refusal.message).toBe("Validators: expected the ARN of a Lambda function, got 'check'");
  });
});

describe('deployment strategies', () => {
  it('grow linearly and do not bake unless told to', async () => {
    const created = await world.control.createDeploymentStrategy({
      Name: 'plain',
      DeploymentDurationInMinutes: 10,
      GrowthFactor: 33.3,
    });
    expect(created.$metadata.httpStatusCode).toBe(201);
    expect(created).toMatchObject({
      GrowthType: 'LINEAR',
      FinalBakeTimeInMinutes: 0,
      GrowthFactor: 33.3,
      ReplicateTo: 'NONE',
    });
  });

  it.each([
    ['a growth factor below 1', { GrowthFactor: 0.5 }, 'GrowthFactor'],
    ['a growth factor above 100', { GrowthFactor: 100.1 }, 'GrowthFactor'],
    ['a duration above a day', { DeploymentDurationInMinutes: 1441 }, 'DeploymentDurationInMinutes'],
    ['a negative duration', { DeploymentDurationInMinutes: -1 }, 'DeploymentDurationInMinutes'],
    ['a bake above a day', { FinalBakeTimeInMinutes: 1441 }, 'FinalBakeTimeInMinutes'],
  ])('refuse %s', async (_, strategy, member) => {
    const refusal = await refusalOf(createStrategy(world, strategy));
    expect(refusal).toMatchObject({ name: 'BadRequestException', status: 400 });
    expect(refusal.message).toMatch(new RegExp(`^${member}: `));
  });

  it('are deleted at the path that the SDKs misspell', async () => {
    const DeploymentStrategyId = await createStrategy(world, {});
    const deleted = await world.control.deleteDeploymentStrategy({ DeploymentStrategyId });
    expect(deleted.$metadata.httpStatusCode).toBe(204);
    const refusal = await refusalOf(world.control.getDeploymentStrategy({ DeploymentStrategyId }));
    expect(refusal.status).toBe(404);
  });

  it('refuse to delete or change a predefined one', async () => {
    const DeploymentStrategyId = 'AppConfig.AllAtOnce';
    const deleted = await refusalOf(world.control.deleteDeploymentStrategy({ DeploymentStrategyId }));
    expect(deleted).toMatchObject({ name: 'BadRequestException', status: 400 });
    expect(deleted.message).toBe('Cannot delete predefined Deployment Strategy AppConfig.AllAtOnce');
    const updated = await refusalOf(
      world.control.updateDeploymentStrategy({ DeploymentStrategyId, GrowthFactor: 5 }),
    );
    expect(updated.message).toBe('Cannot update predefined Deployment Strategy AppConfig.AllAtOnce');
  });

  it('list the predefined four before those of the account', async () => {
    await createStrategy(world, { Name: 'mine' });
    const { Items = [] } = await world.control.listDeploymentStrategies({});
    expect(Items.map((one) => [one.Name, one.DeploymentDurationInMinutes, one.GrowthFactor])).toEqual([
      ['AppConfig.AllAtOnce', 0, 100],
      ['AppConfig.Linear50PercentEvery30Seconds', 1, 50],
      ['AppConfig.Linear20PercentEvery6Minutes', 30, 20],
      ['AppConfig.Canary10Percent20Minutes', 20, 10],
      ['mine', 15, 25],
    ]);
  });

  it('answer 402 past the quota of twenty', async () => {
    for (let count = 0; count < 20; count++) await createStrategy(world, { Name: `s${count}` });
    const refusal = await refusalOf(createStrategy(world, { Name: 'one too many' }));
    expect(refusal).toMatchObject({ name: 'ServiceQuotaExceededException', status: 402 });
  });
});

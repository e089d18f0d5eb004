import { beforeEach, describe, expect, it } from 'vitest';
import { createStrategy, refusalOf, startWorld, text, type World } from '../world.js';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});

describe('pages', () => {
  it('come in the size asked for, without a token on the last one', async () => {
    for (const Name of ['a', 'b', 'c']) await world.control.createApplication({ Name });
    const first = await world.control.listApplications({ MaxResults: 2 });
    expect(first.Items?.map((item) => item.Name)).toEqual(['a', 'b']);
    const second = await world.control.listApplications({ MaxResults: 2, NextToken: first.NextToken });
    expect(second.Items?.map((item) => item.Name)).toEqual(['c']);
    expect(second.NextToken).toBeUndefined();
  });

  it('neither skip nor repeat when something is deleted between two of them', async () => {
    const ids = [];
    for (const Name of ['a', 'b', 'c', 'd']) ids.push((await world.control.createApplication({ Name })).Id);
    const first = await world.control.listApplications({ MaxResults: 2 });
    await world.control.deleteApplication({ ApplicationId: ids[0] });
    const second = await world.control.listApplications({ MaxResults: 2, NextToken: first.NextToken });
    expect(second.Items?.map((item) => item.Name)).toEqual(['c', 'd']);
  });

  it('page through the strategies, the predefined ones included', async () => {
    await createStrategy(world, { Name: 'mine' });
    const names: string[] = [];
    let NextToken: string | undefined;
    do {
      const one = await world.control.listDeploymentStrategies({ MaxResults: 2, NextToken });
      names.push(...(one.Items ?? []).map((item) => text(item.Name).slice(0, 16)));
      NextToken = one.NextToken;
    } while (NextToken);
    expect(names).toEqual([
      'AppConfig.AllAtO',
      'AppConfig.Linear',
      'AppConfig.Linear',
      'AppConfig.Canary',
      'mine',
    ]);
  });

  it.each([0, 51])('refuse a size of %i', async (MaxResults) => {
    const refusal = await refusalOf(world.control.listApplications({ MaxResults }));
    expect(refusal).toMatchObject({ name: 'BadRequestException', status: 400 });
  });

  it('refuse a token that is none', async () => {
    const refusal = await refusalOf(world.control.listApplications({ NextToken: 'nonsense' }));
    expect(refusal.message).toBe('NextToken: expected the NextToken of the page before');
  });
});

describe('tags', () => {
  it('are added, replaced, removed and listed by an ARN in the path', async () => {
    const { control } = world;
    const { Id } = await control.createApplication({ Name: 'hunt', Tags: { team: 'a', stage: 'dev' } });
    const ResourceArn = `arn:aws:appconfig:us-east-1:000000000000:application/${Id}`;
    await control.tagResource({ ResourceArn, Tags: { team: 'b', cost: '7' } });
    const untagged = await control.untagResource({ ResourceArn, TagKeys: ['stage', 'cost'] });
    expect(untagged.$metadata.httpStatusCode).toBe(204);
    expect((await control.listTagsForResource({ ResourceArn })).Tags).toEqual({ team: 'b' });
  });

  it('are not found on something that does not exist', async () => {
    const ResourceArn = 'arn:aws:appconfig:us-east-1:000000000000:application/zzzzzzz';
    expect(await refusalOf(world.control.listTagsForResource({ ResourceArn }))).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
    });
  });

  it('refuse keys that AWS keeps for itself', async () => {
    const refusal = await refusalOf(
      world.control.createApplication({ Name: 'hunt', Tags: { 'aws:x': 'y' } }),
    );
    expect(refusal.message).toContain('tag keys may not start with aws:');
  });
});

describe('what is not here', () => {
  it('names the deprecated GetConfiguration', async () => {
    const refusal = await refusalOf(
      world.control.getConfiguration({
        Application: 'a',
        Environment: 'e',
        Configuration: 'c',
        ClientId: 'x',
      }),
    );
    expect(refusal).toMatchObject({ name: 'NotImplementedException', status: 501 });
    expect(refusal.message).toContain('GetConfiguration');
  });

  it('names experiments, by operation', async () => {
    const refusal = await refusalOf(world.control.listExperimentDefinitions({}));
    expect(refusal).toMatchObject({ name: 'NotImplementedException', status: 501 });
    expect(refusal.message).toContain('experiments (ListExperimentDefinitions)');
  });

  it('refuses an operation that nobody has', async () => {
    await expect(world.services.control.call('MakeCoffee', {})).rejects.toThrow('appconfig:MakeCoffee');
  });
});

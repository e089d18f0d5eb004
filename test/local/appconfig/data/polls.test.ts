import { beforeEach, describe, expect, it } from 'vitest';
import { inWorld } from '../in-world.js';
import { addProfile, addVersion, deploy, hourMs, refusalOf, startPoller, text } from '../world.js';

const { world, place } = inWorld({ content: '{"a":1}', label: 'v1-abc' });

const byName = {
  ApplicationIdentifier: 'hunt',
  EnvironmentIdentifier: 'staging',
  ConfigurationProfileIdentifier: 'gameplay',
};
const poll = (ConfigurationToken: string | undefined) =>
  world.data.getLatestConfiguration({ ConfigurationToken });
const openSession = async (RequiredMinimumPollIntervalInSeconds?: number) => {
  const opened = await world.data.startConfigurationSession({
    ...byName,
    RequiredMinimumPollIntervalInSeconds,
  });
  return text(opened.InitialConfigurationToken);
};
const problem = (name: string) => ({
  name: 'BadRequestException',
  status: 400,
  members: {
    Reason: 'InvalidParameters',
    Details: { InvalidParameters: { ConfigurationToken: { Problem: name } } },
  },
});

describe('StartConfigurationSession', () => {
  it('takes ids or names, and answers 201 with a token', async () => {
    const opened = await world.data.startConfigurationSession(byName);
    expect(opened.$metadata.httpStatusCode).toBe(201);
    expect(opened.InitialConfigurationToken).toMatch(/^\S{1,8192}$/);
    await startPoller(world, place);
  });

  it.each([
    ['ApplicationIdentifier', 'Application'],
    ['EnvironmentIdentifier', 'Environment'],
    ['ConfigurationProfileIdentifier', 'ConfigurationProfile'],
  ])('answers 404 for an unknown %s and says which', async (member, ResourceType) => {
    const call = world.data.startConfigurationSession({ ...byName, [member]: 'nobody' });
    expect(await refusalOf(call)).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
      members: { ResourceType, ReferencedBy: { [member]: 'nobody' } },
    });
  });

  it('refuses a name that two applications share, and takes their ids', async () => {
    const { Id } = await world.control.createApplication({ Name: 'hunt' });
    expect((await refusalOf(openSession())).message).toBe(
      `ApplicationIdentifier 'hunt' names ${place.ApplicationId} and ${Id}: use one of these ids`,
    );
    await startPoller(world, place);
  });

  it.each([14, 86_401])('refuses a minimum interval of %i s', async (seconds) => {
    expect(await refusalOf(openSession(seconds))).toMatchObject({ name: 'BadRequestException', status: 400 });
  });

  it.each([15, 86_400])('takes a minimum interval of %i s', async (seconds) => {
    expect(await openSession(seconds)).toMatch(/\S/);
  });
});

describe('GetLatestConfiguration', () => {
  it('answers content, type and label, and when to come back', async () => {
    await deploy(world, place, '1');
    const answer = await poll(await openSession());
    expect(answer.Configuration?.transformToString()).toBe('{"a":1}');
    expect(answer).toMatchObject({
      ContentType: 'application/json',
      VersionLabel: 'v1-abc',
      NextPollIntervalInSeconds: 60,
    });
  });

  it('answers 200, an empty body, a new token and no label when nothing changed', async () => {
    await deploy(world, place, '1');
    const first = await poll(await openSession());
    const second = await poll(first.NextPollConfigurationToken);
    expect(second.$metadata.httpStatusCode).toBe(200);
    expect(second.Configuration?.length ?? 0).toBe(0);
    expect(second).not.toHaveProperty('VersionLabel');
    expect(second.NextPollConfigurationToken).toMatch(/\S/);
  });

  it('never answers the token that was sent', async () => {
    await deploy(world, place, '1');
    const seen = new Set([await openSession()]);
    for (let count = 0; count < 5; count++)
      seen.add(text((await poll([...seen].at(-1))).NextPollConfigurationToken));
    expect(seen.size).toBe(6);
  });

  it('suggests the required interval where it is the longer one', async () => {
    await deploy(world, place, '1');
    expect((await poll(await openSession(300))).NextPollIntervalInSeconds).toBe(300);
    expect((await poll(await openSession(15))).NextPollIntervalInSeconds).toBe(60);
  });

  it('answers 404 before the first deployment, and the same token works once there is one', async () => {
    const token = await openSession();
    expect(await refusalOf(poll(token))).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
      members: {
        ResourceType: 'Deployment',
        ReferencedBy: {
          ApplicationIdentifier: place.ApplicationId,
          EnvironmentIdentifier: place.EnvironmentId,
          ConfigurationProfileIdentifier: place.ConfigurationProfileId,
        },
      },
    });
    await deploy(world, place, '1');
    expect((await poll(token)).VersionLabel).toBe('v1-abc');
  });

  it('answers 404 for a profile that was never deployed in an environment where others were', async () => {
    await deploy(world, place, '1');
    const other = { ...place, ConfigurationProfileId: await addProfile(world, place) };
    const poller = await startPoller(world, other);
    expect((await refusalOf(poller.poll())).status).toBe(404);
  });

  it('answers 404 once the environment is gone', async () => {
    await deploy(world, place, '1');
    const token = await openSession();
    await world.control.deleteEnvironment(place);
    expect(await refusalOf(poll(token))).toMatchObject({
      status: 404,
      members: { ResourceType: 'Environment' },
    });
  });

  it('still delivers a version that was deleted after it was deployed', async () => {
    await deploy(world, place, '1');
    await world.control.deleteHostedConfigurationVersion({ ...place, VersionNumber: 1 });
    expect(await (await startPoller(world, place)).poll()).toBe('{"a":1}');
  });

  it('delivers nothing new when the same version is deployed again, and a new label even with equal content', async () => {
    await deploy(world, place, '1');
    const poller = await startPoller(world, place);
    await poller.poll();
    await deploy(world, place, '1');
    expect(await poller.poll()).toBe('');
    await addVersion(world, place, { content: '{"a":1}', label: 'v2-abc' });
    await deploy(world, place, '2');
    expect(await poller.poll()).toBe('{"a":1}');
  });
});

describe('tokens', () => {
  beforeEach(() => deploy(world, place, '1'));

  it('work once', async () => {
    const token = await openSession();
    await poll(token);
    expect(await refusalOf(poll(token))).toMatchObject(problem('Expired'));
  });

  it('let one of two simultaneous polls through', async () => {
    const token = await openSession();
    const outcomes = await Promise.allSettled([poll(token), poll(token)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('live for 24 hours', async () => {
    const [fresh, old] = [await openSession(), await openSession()];
    await world.clock.advance(24 * hourMs - 1);
    expect((await poll(fresh)).VersionLabel).toBe('v1-abc');
    await world.clock.advance(1);
    expect(await refusalOf(poll(old))).toMatchObject(problem('Expired'));
  });

  it('are still told to be expired when their session is long forgotten', async () => {
    const old = await openSession();
    await world.clock.advance(24 * hourMs);
    await openSession();
    expect(await refusalOf(poll(old))).toMatchObject(problem('Expired'));
  });

  it.each(['garbage', 'a.b', `${'x'.repeat(9000)}`])('are corrupted when nobody gave them', async (token) => {
    expect(await refusalOf(poll(token))).toMatchObject(problem('Corrupted'));
  });

  it('are corrupted when somebody changed them', async () => {
    const [claims, seal] = (await openSession()).split('.');
    const forged = Buffer.from(text(claims), 'base64url').toString().replace('"sequence":0', '"sequence":1');
    const token = `${Buffer.from(forged).toString('base64url')}.${seal}`;
    expect(await refusalOf(poll(token))).toMatchObject(problem('Corrupted'));
  });
});

describe('a required interval', () => {
  beforeEach(() => deploy(world, place, '1'));

  it('refuses a poll before it is over, without spending the token', async () => {
    const first = await poll(await openSession(60));
    await world.clock.advance(10_000);
    expect(await refusalOf(poll(first.NextPollConfigurationToken))).toMatchObject(
      problem('PollIntervalNotSatisfied'),
    );
    await world.clock.advance(50_000);
    expect((await poll(first.NextPollConfigurationToken)).$metadata.httpStatusCode).toBe(200);
  });

  it('is enforced for nobody who did not ask for it', async () => {
    const poller = await startPoller(world, place);
    for (let count = 0; count < 5; count++) await poller.poll();
  });
});

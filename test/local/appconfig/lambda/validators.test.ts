import { beforeEach, describe, expect, it } from 'vitest';
import { sleep } from '../../../../local/kernel/clock.js';
import { arnOf, type Behaviour } from '../scripted-lambda.js';
import { addVersion, createPlace, type Place, refusalOf, start, startWorld, type World } from '../world.js';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});

const refuse: Behaviour = () => {
  throw new TypeError('coolDownMs: expected a number');
};

const placeWith = (...functions: string[]) =>
  createPlace(world, { Validators: functions.map((name) => ({ Type: 'LAMBDA', Content: arnOf(name) })) });

const check = (place: Place, ConfigurationVersion: string) =>
  world.control.validateConfiguration({ ...place, ConfigurationVersion });

describe('a Lambda validator', () => {
  it('is not asked when a version is stored', async () => {
    world.lambda.define('check', refuse);
    const place = await placeWith('check');
    expect(await addVersion(world, place, { content: 'not even JSON' })).toBe('1');
    expect(world.lambda.calls).toEqual([]);
  });

  it('refuses a deployment with its own words and leaves no record behind', async () => {
    world.lambda.define('check', refuse);
    const place = await placeWith('check');
    const version = await addVersion(world, place, { content: '{}' });
    const refusal = await refusalOf(start(world, place, { version }));
    expect(refusal).toMatchObject({
      name: 'BadRequestException',
      status: 400,
      message: 'Error invoking Lambda validator: coolDownMs: expected a number',
      members: {
        Reason: 'InvalidConfiguration',
        Details: {
          InvalidConfiguration: [{ Type: 'TypeError', Reason: 'coolDownMs: expected a number' }],
        },
      },
    });
    expect((await world.control.listDeployments(place)).Items).toEqual([]);
    expect((await world.control.getEnvironment(place)).State).toBe('READY_FOR_DEPLOYMENT');
  });

  it('refuses ValidateConfiguration too', async () => {
    world.lambda.define('check', refuse);
    const place = await placeWith('check');
    await addVersion(world, place, { content: '{}' });
    expect((await refusalOf(check(place, '1'))).message).toContain('expected a number');
  });

  it.each([undefined, false, { valid: false }])('passes when it returns %o', async (returned) => {
    world.lambda.define('check', () => returned);
    const place = await placeWith('check');
    await addVersion(world, place, { content: '{}', label: 'v1' });
    const validated = await check(place, 'v1');
    expect(validated.$metadata.httpStatusCode).toBe(204);
  });

  it('is given ids, version, content and source, in lower camel case', async () => {
    world.lambda.define('check', () => undefined);
    const place = await placeWith('check');
    await addVersion(world, place, { content: '{"a":1}', label: 'v1' });
    await check(place, 'v1');
    expect(world.lambda.calls).toEqual([
      {
        name: 'check',
        type: 'RequestResponse',
        event: {
          applicationId: place.ApplicationId,
          configurationProfileId: place.ConfigurationProfileId,
          configurationVersion: '1',
          content: 'eyJhIjoxfQ==',
          uri: 'hosted',
        },
      },
    ]);
  });

  it('is asked in order, all of them, and the first failure is told', async () => {
    world.lambda.define('first', () => {
      throw new Error('one');
    });
    world.lambda.define('second', () => {
      throw new Error('two');
    });
    const place = await placeWith('first', 'second');
    await addVersion(world, place, { content: '{}' });
    expect((await refusalOf(check(place, '1'))).message).toBe('Error invoking Lambda validator: one');
    expect(world.lambda.calls.map((call) => call.name)).toEqual(['first', 'second']);
  });

  it('fails when its resource policy does not allow AppConfig', async () => {
    world.lambda.define('check', () => undefined, 'nobody');
    const place = await placeWith('check');
    await addVersion(world, place, { content: '{}' });
    const refusal = await refusalOf(check(place, '1'));
    expect(refusal.status).toBe(400);
    expect(refusal.message).toMatch(/may not invoke .*:function:check: no statement of its resource policy/);
    expect(world.lambda.calls).toEqual([]);
  });

  it('fails when it does not exist', async () => {
    const place = await placeWith('gone');
    await addVersion(world, place, { content: '{}' });
    expect((await refusalOf(check(place, '1'))).message).toContain('function:gone');
  });

  it('has fifteen seconds, once it is loaded', async () => {
    const { clock, lambda } = world;
    const answerAfter = (delayMs: number) => () =>
      new Promise((resolve) => void clock.after(delayMs, () => resolve(null)));
    lambda.define('quick', answerAfter(14_999));
    lambda.define('slow', answerAfter(15_001));
    const [quick, slow] = [await placeWith('quick'), await placeWith('slow')];
    for (const place of [quick, slow]) await addVersion(world, place, { content: '{}' });
    lambda.load('quick', () => sleep(clock, 10_000));
    const passed = check(quick, '1');
    const refused = refusalOf(check(slow, '1'));
    await expect.poll(() => lambda.calls.length).toBe(2);
    await clock.advance(30_000);
    expect((await passed).$metadata.httpStatusCode).toBe(204);
    expect((await refused).message).toContain('did not answer within 15 s');
  });
});

describe('ValidateConfiguration', () => {
  it('answers 204 for a profile without validators', async () => {
    const place = await createPlace(world);
    await addVersion(world, place, { content: '{}' });
    const validated = await check(place, '1');
    expect(validated.$metadata.httpStatusCode).toBe(204);
  });

  it('answers 404 for a version that is not there', async () => {
    const place = await createPlace(world);
    expect(await refusalOf(check(place, '1'))).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
    });
  });
});

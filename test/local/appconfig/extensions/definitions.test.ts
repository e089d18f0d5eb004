import { describe, expect, it } from 'vitest';
import { inWorld } from '../in-world.js';
import { arnOf } from '../scripted-lambda.js';
import { refusalOf, text } from '../world.js';
import { arnOfScope, extend } from './extend.js';

const { world, place } = inWorld();

const one = [{ Name: 'tell', Uri: arnOf('tell') }];
const tell = { ON_DEPLOYMENT_START: one };
const create = (Name: string, LatestVersionNumber?: number) =>
  world.control.createExtension({ Name, Actions: tell, LatestVersionNumber });
const associate = (ExtensionIdentifier: string, Parameters?: Record<string, string>) =>
  world.control.createExtensionAssociation({
    ExtensionIdentifier,
    ResourceIdentifier: arnOfScope(place),
    Parameters,
  });

describe('creating an extension', () => {
  it('answers 201 with its id, version 1 and an ARN of both', async () => {
    const created = await create('guard');
    expect(created.$metadata.httpStatusCode).toBe(201);
    expect(created).toMatchObject({ Name: 'guard', VersionNumber: 1, Actions: tell });
    expect(created.Arn).toBe(`arn:aws:appconfig:us-east-1:000000000000:extension/${created.Id}/1`);
  });

  it('refuses more than five action points', async () => {
    const points = [
      'ON_DEPLOYMENT_START',
      'ON_DEPLOYMENT_STEP',
      'ON_DEPLOYMENT_BAKING',
      'ON_DEPLOYMENT_COMPLETE',
      'ON_DEPLOYMENT_ROLLED_BACK',
      'AT_DEPLOYMENT_TICK',
    ];
    const actions = (count: number) =>
      Object.fromEntries(points.slice(0, count).map((point) => [point, one]));
    const refusal = await refusalOf(world.control.createExtension({ Name: 'six', Actions: actions(6) }));
    expect(refusal).toMatchObject({ status: 400, message: 'Actions: expected 1 to 5 action points' });
    const five = await world.control.createExtension({ Name: 'five', Actions: actions(5) });
    expect(Object.keys(five.Actions ?? {})).toHaveLength(5);
  });

  it('refuses two actions at one point, and a point that does not exist', async () => {
    const two = await refusalOf(
      world.control.createExtension({ Name: 'x', Actions: { ON_DEPLOYMENT_START: [...one, ...one] } }),
    );
    expect(two).toMatchObject({
      status: 400,
      message: 'Actions.ON_DEPLOYMENT_START: expected exactly one action',
    });
    const unknown = { Name: 'x', Actions: { ON_TUESDAYS: one } };
    await expect(world.services.control.call('CreateExtension', unknown)).rejects.toThrow('Actions');
  });

  it('refuses a parameter that is both required and dynamic', async () => {
    const refusal = await refusalOf(
      world.control.createExtension({
        Name: 'x',
        Actions: tell,
        Parameters: { why: { Required: true, Dynamic: true } },
      }),
    );
    expect(refusal).toMatchObject({
      status: 400,
      message: 'Parameters.why: a parameter cannot be both Required and Dynamic',
    });
  });

  it.each([
    'arn:aws:sns:us-east-1:000000000000:topic',
    'arn:aws:sqs:us-east-1:000000000000:queue',
    'arn:aws:events:us-east-1:000000000000:event-bus/mine',
  ])('says that an action on %s is not here', async (Uri) => {
    const refusal = await refusalOf(
      world.control.createExtension({ Name: 'x', Actions: { ON_DEPLOYMENT_START: [{ Name: 'tell', Uri }] } }),
    );
    expect(refusal).toMatchObject({ name: 'NotImplementedException', status: 501 });
    expect(refusal.message).toContain(Uri);
  });

  it.each(['AT_DEPLOYMENT_TICK', 'PRE_START_DEPLOYMENT'] as const)(
    'refuses the event bus for %s, which wants an answer',
    async (point) => {
      const Uri = 'arn:aws:events:us-east-1:000000000000:event-bus/default';
      const refusal = await refusalOf(
        world.control.createExtension({ Name: 'x', Actions: { [point]: [{ Name: 'tell', Uri }] } }),
      );
      expect(refusal).toMatchObject({ status: 400, message: expect.stringContaining(point) });
    },
  );
});

describe('versions of an extension', () => {
  it('come one after another under the same id, if the highest one is named', async () => {
    const first = await create('guard');
    const second = await create('guard', 1);
    expect({ id: second.Id, version: second.VersionNumber }).toEqual({ id: first.Id, version: 2 });
    for (const wrong of [undefined, 1, 3])
      expect(await refusalOf(create('guard', wrong))).toMatchObject({
        name: 'ConflictException',
        status: 409,
      });
  });

  it('are read as the highest by name, id or ARN, or as the one asked for', async () => {
    const first = await create('guard');
    const second = await create('guard', 1);
    for (const identifier of ['guard', text(first.Id)]) {
      const highest = await world.control.getExtension({ ExtensionIdentifier: identifier });
      expect(highest.VersionNumber).toBe(2);
    }
    const byArn = await world.control.getExtension({ ExtensionIdentifier: text(first.Arn) });
    expect(byArn.VersionNumber).toBe(1);
    const asked = await world.control.getExtension({ ExtensionIdentifier: 'guard', VersionNumber: 1 });
    expect(asked.VersionNumber).toBe(1);
    const { Items } = await world.control.listExtensions({ Name: 'guard' });
    expect(Items).toEqual([{ Id: first.Id, Name: 'guard', VersionNumber: 2, Arn: second.Arn }]);
  });

  it('are changed in place', async () => {
    await create('guard');
    await create('guard', 1);
    const changed = await world.control.updateExtension({
      ExtensionIdentifier: 'guard',
      VersionNumber: 1,
      Description: 'older',
    });
    expect(changed).toMatchObject({ VersionNumber: 1, Description: 'older', Actions: tell });
  });

  it('are deleted one by one, the highest first', async () => {
    await create('guard');
    await create('guard', 1);
    await world.control.deleteExtension({ ExtensionIdentifier: 'guard' });
    expect((await world.control.getExtension({ ExtensionIdentifier: 'guard' })).VersionNumber).toBe(1);
    await world.control.deleteExtension({ ExtensionIdentifier: 'guard', VersionNumber: 1 });
    expect((await refusalOf(world.control.getExtension({ ExtensionIdentifier: 'guard' }))).status).toBe(404);
  });

  it('are not deleted while they are associated', async () => {
    const { arn, associationId } = await extend(world, place, {
      actions: { ON_DEPLOYMENT_START: arnOf('tell') },
    });
    const refusal = await refusalOf(world.control.deleteExtension({ ExtensionIdentifier: arn }));
    expect(refusal).toMatchObject({ name: 'BadRequestException', status: 400 });
    await world.control.deleteExtensionAssociation({ ExtensionAssociationId: associationId });
    const deleted = await world.control.deleteExtension({ ExtensionIdentifier: arn });
    expect(deleted.$metadata.httpStatusCode).toBe(204);
  });
});

describe('associations', () => {
  it('stay with the version that was the highest when they were made', async () => {
    const { arn, associationId } = await extend(world, place, {
      actions: { ON_DEPLOYMENT_START: arnOf('tell') },
    });
    await create('guard', 1);
    const association = await world.control.getExtensionAssociation({
      ExtensionAssociationId: associationId,
    });
    expect(association).toMatchObject({ ExtensionArn: arn, ExtensionVersionNumber: 1 });
    expect(association.Arn).toBe(
      `arn:aws:appconfig:us-east-1:000000000000:extensionassociation/${associationId}`,
    );
  });

  it('need the required parameters, and take no unknown ones', async () => {
    await world.control.createExtension({
      Name: 'guard',
      Actions: tell,
      Parameters: { table: { Required: true }, note: {} },
    });
    expect((await refusalOf(associate('guard'))).message).toBe('Parameters: extension guard requires table');
    expect((await refusalOf(associate('guard', { table: 't', tabel: 'x' }))).message).toBe(
      'Parameters: extension guard has no parameter tabel',
    );
    expect((await associate('guard', { table: 't' })).Parameters).toEqual({ table: 't' });
  });

  it('change only in their parameters', async () => {
    await world.control.createExtension({
      Name: 'guard',
      Actions: tell,
      Parameters: { table: { Required: true } },
    });
    const { Id } = await associate('guard', { table: 't' });
    const update = (Parameters: Record<string, string>) =>
      world.control.updateExtensionAssociation({ ExtensionAssociationId: Id, Parameters });
    expect((await update({ table: 'u' })).Parameters).toEqual({ table: 'u' });
    expect((await refusalOf(update({}))).status).toBe(400);
  });

  it('are listed by resource and by extension', async () => {
    const onApplication = await extend(world, place, { actions: { ON_DEPLOYMENT_START: arnOf('tell') } });
    const onProfile = await extend(world, place, {
      name: 'other',
      actions: { ON_DEPLOYMENT_START: arnOf('tell') },
      on: 'profile',
    });
    const list = async (filter: object) =>
      ((await world.control.listExtensionAssociations(filter)).Items ?? []).map((item) => item.Id);
    expect(await list({})).toEqual([onApplication.associationId, onProfile.associationId]);
    expect(await list({ ResourceIdentifier: arnOfScope(place, 'profile') })).toEqual([
      onProfile.associationId,
    ]);
    expect(await list({ ExtensionIdentifier: 'guard', ExtensionVersionNumber: 1 })).toEqual([
      onApplication.associationId,
    ]);
    expect(await list({ ExtensionIdentifier: 'guard', ExtensionVersionNumber: 2 })).toEqual([]);
  });

  it('need a resource and an extension that exist', async () => {
    expect((await refusalOf(associate('nobody'))).status).toBe(404);
    await create('guard');
    const elsewhere = { ...place, ApplicationId: 'zzzzzzz' };
    const refusal = await refusalOf(
      world.control.createExtensionAssociation({
        ExtensionIdentifier: 'guard',
        ResourceIdentifier: arnOfScope(elsewhere),
      }),
    );
    expect(refusal.status).toBe(404);
  });

  it('say that the extensions of AWS are not here', async () => {
    const refusal = await refusalOf(associate('AWS.AppConfig.DeploymentNotificationsToEventBridge'));
    expect(refusal).toMatchObject({ name: 'NotImplementedException', status: 501 });
  });
});

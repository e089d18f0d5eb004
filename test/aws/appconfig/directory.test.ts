import { AppConfigClient } from '@aws-sdk/client-appconfig';
import { describe, expect, it } from 'vitest';
import { createDirectory } from '../../../aws/appconfig/directory.js';

interface Input {
  readonly ApplicationId?: string;
  readonly NextToken?: string;
}

/** AppConfig's lists in pages of one item each. */
function createLists(lists: Readonly<Record<string, readonly { Id: string; Name: string }[]>>) {
  const send = async (command: { input: Input; constructor: { name: string } }) => {
    const items = lists[command.constructor.name.replace(/^List|Command$/g, '')] ?? [];
    const index = Number(command.input.NextToken ?? 0);
    const next = index + 1 < items.length ? { NextToken: String(index + 1) } : {};
    return { Items: items.slice(index, index + 1), ...next };
  };
  return createDirectory(Object.assign(new AppConfigClient({ region: 'eu-west-1' }), { send }));
}

const item = (Name: string, Id: string) => ({ Name, Id });

const directory = createLists({
  Applications: [item('other', 'app0001'), item('quest', 'app0002')],
  Environments: [item('staging', 'env0001'), item('production', 'env0002')],
  ConfigurationProfiles: [item('rules', 'pro0001')],
  DeploymentStrategies: [
    item('veltrix-main-linear-20', 'str0001'),
    item('AppConfig.AllAtOnce', 'AppConfig.AllAtOnce'),
  ],
});

describe('a directory', () => {
  it('reads every page', async () => {
    expect([...(await directory.applications())]).toEqual([
      ['other', 'app0001'],
      ['quest', 'app0002'],
    ]);
    expect([...(await directory.profiles('app0002'))]).toEqual([['rules', 'pro0001']]);
    expect((await directory.strategies()).get('veltrix-main-linear-20')).toBe('str0001');
  });

  const shared = createLists({
    Applications: [
      item('foreign', 'app0001'),
      item('quest', 'app0002'),
      item('foreign', 'app0003'),
      item('foreign', 'app0004'),
    ],
  });

  it('refuses to guess between things of one name, when it is asked for that name', async () => {
    const applications = await shared.applications();
    expect(() => applications.get('foreign')).toThrow(
      expect.objectContaining({
        code: 'VELTRIX_SERVICE_UNAVAILABLE',
        message: '3 applications are named "foreign": app0001, app0003 and app0004',
        hint: 'Rename or delete the one that Veltrix did not deploy (AWS console, AppConfig).',
      }),
    );
  });

  it('gives every other name, and lists no name that means several things', async () => {
    const applications = await shared.applications();
    expect(applications.get('quest')).toBe('app0002');
    expect(applications.get('nobody')).toBeUndefined();
    expect([...applications]).toEqual([['quest', 'app0002']]);
  });

  it('says which list could not be read', async () => {
    const send = async () => {
      throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    };
    const broken = createDirectory(Object.assign(new AppConfigClient({ region: 'eu-west-1' }), { send }));
    await expect(broken.strategies()).rejects.toMatchObject({
      message: 'could not list the deployment strategies: ThrottlingException: slow down',
      retryable: true,
    });
  });
});

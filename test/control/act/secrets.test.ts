import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plan } from '../../../control/act/plan/plan.js';
import { publish } from '../../../control/act/publish.js';
import { check } from '../../../control/files/check.js';
import { type LoadedApplication, openWorkspace } from '../../../control/files/workspace.js';
import { ServiceUnavailable } from '../../../core/errors.js';
import { InMemoryCloud } from '../in-memory-cloud.js';
import { createProject, type Project } from '../project.js';

const definition = `
import * as z from 'zod';
import { defineApplication, defineProfile } from '../../core/profiles.js';
import { secretRef } from '../../core/secrets/secret-ref.js';

const schema = z.object({
  url: z.string(),
  key: secretRef('quest/'),
  others: z.array(secretRef('quest/')).default([]),
});
export const quest = defineApplication({
  name: 'quest',
  environments: ['staging', 'production'],
  profiles: [defineProfile({ name: 'rules', description: 'The rules', schemaVersion: 1, schema })],
});
`;
const yaml = `url: https://a.example
key: secretsmanager:quest/map#key
others:
  - secretsmanager:quest/mail
  - secretsmanager:quest/map#key
`;
const rules = { application: 'quest', environment: 'staging', profile: 'rules' } as const;
const order = { address: rules, author: 'anna', reason: 'because' };

let project: Project;
let loaded: LoadedApplication;
let cloud: InMemoryCloud;
beforeEach(async () => {
  project = createProject();
  project.write('config/quest/application.ts', definition);
  for (const environment of ['staging', 'production'])
    project.write(`config/quest/rules.${environment}.yaml`, yaml);
  loaded = await (await openWorkspace(project.root)).load('quest');
  cloud = new InMemoryCloud(loaded.application);
});
afterEach(() => project.remove());

const planned = async () => (await plan(cloud, loaded, { address: rules })).profiles[0];

describe('a file that names secrets', () => {
  it('is planned and published by its references alone, where they are there', async () => {
    const result = await planned();
    expect(result).toMatchObject({ outcome: 'publish', problems: [] });
    expect(result?.notes.join()).not.toContain('secret');
    await publish(cloud, loaded, order);
    const [stored] = cloud.appConfig.versions.get('rules') ?? [];
    expect(new TextDecoder().decode(stored?.bytes)).toContain('"key":"secretsmanager:quest/map#key"');
  });

  it.each([
    ['missing', 'which is not there'],
    ['deleted', 'which is scheduled for deletion'],
  ] as const)('is refused where one is %s, at each place that names it', async (standing, why) => {
    cloud.secretStandings.set('quest/map', standing);
    const message = `names the secret quest/map, ${why}: nodes would refuse the version`;
    const problems = [
      { path: 'key', message, line: 2, column: 6 },
      { path: 'others[1]', message, line: 5, column: 5 },
    ];
    expect(await planned()).toMatchObject({ outcome: 'refused', problems, changes: [] });
    await expect(publish(cloud, loaded, order)).rejects.toMatchObject({
      code: 'VELTRIX_CONTENT_REFUSED',
      problems,
    });
    expect(cloud.appConfig.versions.get('rules') ?? []).toEqual([]);
  });

  it('is planned without the plain text that stood there when the schema did not know better', async () => {
    const earlier = createProject();
    earlier.write('config/quest/application.ts', definition.replace(/secretRef\('quest\/'\)/g, 'z.string()'));
    earlier.write('config/quest/rules.staging.yaml', 'url: https://b.example\nkey: hunter2\n');
    const before = await (await openWorkspace(earlier.root)).load('quest');
    const old = new InMemoryCloud(before.application);
    await publish(old, before, order);
    earlier.remove();
    old.appConfig.finish('staging');
    const [result] = (await plan(old, loaded, { address: rules })).profiles;
    expect(result?.changes).toEqual([
      { path: 'key', before: '(not shown)', after: 'secretsmanager:quest/map#key' },
      { path: 'url', before: 'https://b.example', after: 'https://a.example' },
      { path: 'others', after: ['secretsmanager:quest/mail', 'secretsmanager:quest/map#key'] },
    ]);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('is not held up where nobody may look, or nobody answers: the plan says so', async () => {
    cloud.secretStandings.set('quest/map', 'unknown');
    cloud.secretStandings.set('quest/mail', 'unknown');
    const note =
      'whether quest/map, quest/mail are there is not known: you may not secretsmanager:DescribeSecret';
    expect(await planned()).toMatchObject({ outcome: 'publish', notes: expect.arrayContaining([note]) });
    cloud.secrets.standing = async () => {
      throw new ServiceUnavailable('could not look for it', { hint: 'none', retryable: true });
    };
    expect((await planned())?.notes).toEqual(
      expect.arrayContaining(['the secret quest/map cannot be read: could not look for it']),
    );
    expect(await publish(cloud, loaded, order)).toMatchObject({ version: 1 });
  });

  it('that holds the secret itself is refused in words that do not show it', async () => {
    project.write(
      'config/quest/rules.staging.yaml',
      yaml.replace('secretsmanager:quest/map#key', 'sk_live_1'),
    );
    const report = await check(await openWorkspace(project.root));
    expect(report.files.find(({ file }) => file.includes('staging'))?.problems).toMatchObject([
      { path: 'key', line: 2, message: expect.stringContaining('is not shown here') },
    ]);
    const refusal = await publish(cloud, loaded, order).catch((error: unknown) => error);
    expect(JSON.stringify([report, await planned(), refusal, String(refusal)])).not.toContain('sk_live_1');
  });
});

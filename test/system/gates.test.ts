/** What is invalid is stopped at every gate, each on its own, and nothing changes anywhere. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { treasureHunt } from '../../config/treasure-hunt/application.js';
import { waitFor } from '../../control/act/publish.js';
import { defineApplication, defineProfile } from '../../core/profiles.js';
import { inWorld } from './world.js';

const world = inWorld();
const root = fileURLToPath(new URL('../..', import.meta.url));
const gameplay = { application: 'treasure-hunt', environment: 'staging', profile: 'gameplay' } as const;

/** The ids behind the names, and what stands in AppConfig: versions of gameplay and deployments of staging. */
interface Standing {
  readonly ids: { ApplicationId: string; EnvironmentId: string; ConfigurationProfileId: string };
  readonly versions: number;
  readonly deployments: number;
}

async function standing(): Promise<Standing> {
  const list = async (operation: string, input: Record<string, unknown>) =>
    (await world().aws.call<{ Items: { Id: string; Name: string }[] }>('appconfig', operation, input)).Items;
  const idOf = (items: { Id: string; Name: string }[], name: string) =>
    items.find((item) => item.Name === name)?.Id ?? '';
  const ApplicationId = idOf(await list('ListApplications', {}), 'treasure-hunt');
  const EnvironmentId = idOf(await list('ListEnvironments', { ApplicationId }), 'staging');
  const ConfigurationProfileId = idOf(await list('ListConfigurationProfiles', { ApplicationId }), 'gameplay');
  const versions = await list('ListHostedConfigurationVersions', { ApplicationId, ConfigurationProfileId });
  const deployments = await list('ListDeployments', { ApplicationId, EnvironmentId });
  const ids = { ApplicationId, EnvironmentId, ConfigurationProfileId };
  return { ids, versions: versions.length, deployments: deployments.length };
}

/** Runs the command as a person does. */
async function veltrix(directory: string, ...words: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [path.join(root, 'dist/cli/veltrix.js'), ...words], {
    cwd: directory,
  });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  return { code, output };
}

/** A project of its own whose gameplay says that the cool-down is text. */
async function brokenProject(): Promise<string> {
  const project = path.join(world().directory, 'project');
  await cp(path.join(root, 'config'), path.join(project, 'config'), { recursive: true });
  for (const name of ['core', 'node_modules', 'package.json'])
    await symlink(path.join(root, name), path.join(project, name));
  const file = path.join(project, 'config/treasure-hunt/gameplay.staging.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^coolDownMs: .*/m, 'coolDownMs: 800ms'));
  return project;
}

describe('an invalid document', () => {
  let project: string;
  let before: Standing;
  beforeAll(async () => {
    project = await brokenProject();
    before = await standing();
  });

  it('is refused by check, with file, line and column', async () => {
    const { code, output } = await veltrix(project, 'check');
    expect(output).toMatch(
      /gameplay\.staging\.yaml:\d+:13 {2}coolDownMs\s+is "800ms".*expected a number\s+→ write 800/,
    );
    expect(code).toBe(3);
  });

  it('is refused by publish, which creates nothing', async () => {
    const { code, output } = await veltrix(project, 'publish', 'treasure-hunt/staging/gameplay', '-m', 'bad');
    expect(output).toContain('Nothing was published; staging stays on version 1.');
    expect(code).toBe(3);
    expect(await standing()).toEqual(before);
  });

  it('is refused by the publish function, whoever invokes it', async () => {
    const result = await world().cloud.publish(gameplay, {
      profile: 'gameplay',
      content: { coolDownMs: '800ms' },
      description: 'around the command',
      author: 'mallory',
    });
    expect(result).toMatchObject({
      outcome: 'content-refused',
      problems: [{ path: 'coolDownMs' }, { path: 'features' }, {}, {}],
    });
    expect(await standing()).toEqual(before);
  });

  it('is refused by AppConfig when a version was made around the gate', async () => {
    const { ids } = before;
    const { VersionNumber } = await world().aws.call<{ VersionNumber: number }>(
      'appconfig',
      'CreateHostedConfigurationVersion',
      {
        ApplicationId: ids.ApplicationId,
        ConfigurationProfileId: ids.ConfigurationProfileId,
        Content: Buffer.from('{"coolDownMs":"800ms"}'),
        ContentType: 'application/json',
      },
    );
    const start = world().aws.call('appconfig', 'StartDeployment', {
      ...ids,
      ConfigurationVersion: String(VersionNumber),
      DeploymentStrategyId: 'AppConfig.AllAtOnce',
    });
    await expect(start).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringContaining('coolDownMs is "800ms", expected a number'),
    });
    expect((await standing()).deployments).toBe(before.deployments);
  });

  it('is refused by a node whose schema does not admit it, which keeps its value and says why', async () => {
    const patient = defineApplication({
      ...treasureHunt,
      profiles: [
        defineProfile({
          ...treasureHunt.profiles[0],
          schema: treasureHunt.profiles[0].schema.refine((value) => value.coolDownMs < 5000, {
            path: ['coolDownMs'],
            error: 'must stay below 5,000 in this release',
          }),
        }),
        treasureHunt.profiles[1],
      ],
    });
    const [today, yesterday] = await Promise.all([
      world().node(treasureHunt, { node: 'today' }),
      world().node(patient, { node: 'yesterday' }),
    ]);
    await world().seen(['today', 'yesterday']);
    const kept = yesterday.config.gameplay.get();

    const { label, deployment } = await world().publish('gameplay', { coolDownMs: 6000 });

    await vi.waitUntil(() => today.config.gameplay.get().coolDownMs === 6000, { timeout: 20_000 });
    const reason = 'coolDownMs must stay below 5,000 in this release';
    await vi.waitFor(
      () => expect(yesterday.config.gameplay.state().refused).toEqual({ label, reason }),
      10_000,
    );
    expect(yesterday.config.gameplay.get()).toBe(kept);
    await expect(waitFor(world().cloud, gameplay, { label, deployment, timeoutMs: 10_000 })).rejects.toThrow(
      /1 of 2 nodes refuses .*yesterday: coolDownMs must stay below/,
    );
  });
});

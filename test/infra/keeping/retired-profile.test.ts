/** The end of a profile, from its file to AppConfig: with the stacks, the command's own doors, and a local AWS. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { applications } from '../../../config/applications.js';
import { retire } from '../../../control/act/retire/retire.js';
import type { Cloud } from '../../../control/cloud.js';
import { connect } from '../../../control/connect.js';
import { DataStack } from '../../../infra/stacks/data-stack.js';
import { DeliveryStack } from '../../../infra/stacks/delivery-stack.js';
import { stages } from '../../../infra/stages.js';
import { type LocalAws, startLocalAws } from '../../../local/index.js';
import { ManualClock } from '../../../local/kernel/clock.js';
import { useEnvironment } from '../../system/aws-environment.js';
import { scratchApps } from '../assembly.js';
import { type Doors, doorsOf, identities } from './update-world.js';

const scratchApp = scratchApps();
const where = { application: 'treasure-hunt', profile: 'limits' };
const bytes = new TextEncoder().encode(
  JSON.stringify(parse(readFileSync('config/treasure-hunt/limits.staging.yaml', 'utf8'))),
);

// Long ago by the machine's clock, which the command goes by: nothing may be reverted any more.
const clock = new ManualClock();
let aws: LocalAws;
let cloud: Cloud;
let doors: Doors;
let restore: () => void;
let profileIds: unknown;

beforeAll(async () => {
  aws = await startLocalAws({ port: 0, clock });
  restore = useEnvironment(aws.environment);
  await aws.deploy(assemblyWith('gameplay', 'limits'));
  cloud = connect({ stage: 'main', target: 'local' });
  doors = await doorsOf(aws, () => clock.now());
  await leaveVersions();
  profileIds = (await identities(aws))['profiles'];
});
afterAll(async () => {
  restore?.();
  doors?.close();
  await aws?.close();
});

/** Two versions; the first is deployed. */
async function leaveVersions(): Promise<void> {
  const create = (after: number) =>
    doors.store.createVersion({
      profile: 'limits',
      bytes,
      label: `v${after + 1}-a`,
      description: 'x',
      after,
    });
  await create(0);
  await create(1);
  const order = { profile: 'limits', version: 1, strategy: 'immediate', description: 'x' };
  await doors.store.startDeployment({ ...order, latestDeployment: 0 });
  await clock.advance(11 * 60_000, aws.settled);
}

const retired = () => retire(cloud, { where, author: 'anna', reason: 'merged into gameplay' });

/** The two stacks that hold anything, of a project with these profiles in its files; functions are as the suite's set-up bundled them. */
function assemblyWith(...profiles: readonly string[]): string {
  const app = scratchApp();
  const [stage] = stages;
  if (stage === undefined) throw new Error('there is no stage');
  const changed = applications.map((application) => ({
    ...application,
    profiles: application.profiles.filter(({ name }) => profiles.includes(name)),
  }));
  new DataStack(app, 'Veltrix-main-Data', { stage });
  new DeliveryStack(app, 'Veltrix-main-Delivery', { stage, applications: changed });
  return app.synth().directory;
}

describe('a profile that the stacks deploy', () => {
  it('is not retired', async () => {
    await expect(retired()).rejects.toThrow(/^treasure-hunt\/limits is not retired: the stacks deploy it: /);
    expect((await identities(aws))['profiles']).toEqual(profileIds);
  });
});

describe('a profile whose file is gone', () => {
  it('is kept by the stacks with its versions, and nothing checks it any more', async () => {
    const { stacks } = await aws.deploy(assemblyWith('gameplay'));
    const left = stacks.flatMap((stack) => stack.retained.map(({ type }) => type));
    expect(left).toEqual(['AWS::AppConfig::ConfigurationProfile']);
    expect((await identities(aws))['profiles']).toEqual(profileIds);
    expect(await cloud.upkeep.deployedFunction('veltrix-main-validate-treasure-hunt-limits')).toBeUndefined();
  });

  it('is retired, with its versions, and nothing else is', async () => {
    expect(await retired()).toMatchObject({ profile: 'treasure-hunt/limits', versions: 2 });
    expect((await identities(aws))['profiles']).toEqual([expect.stringMatching(/^gameplay /)]);
    const record = (await doors.rollouts.read('treasure-hunt/staging', [1])).get(1);
    expect(record?.retired).toMatchObject({ author: 'anna', reason: 'merged into gameplay', versions: 2 });
    expect(await cloud.environments('treasure-hunt')).toEqual(['production', 'staging']);
  });

  it('begins anew, and empty, when its file comes back', async () => {
    await aws.deploy(assemblyWith('gameplay', 'limits'));
    const [, limits] = (await identities(aws))['profiles'] as string[];
    expect(limits).toMatch(/^limits /);
    expect(profileIds).not.toContain(limits);
  });
});

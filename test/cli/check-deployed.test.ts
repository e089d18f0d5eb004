import { afterEach, beforeEach, expect, it } from 'vitest';
import { check } from '../../cli/commands/act/check.js';
import { createWorld, type World } from '../control/world.js';
import { personAt } from './person.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

/** Profiles and environments as they are deployed. */
function deployed(profiles: readonly string[], environments = ['staging', 'production']): void {
  const { environment } = world.cloud;
  world.cloud.environments = async () => environments;
  world.cloud.environment = async () => {
    const where = { application: 'quest', environment: 'staging' };
    return { ...(await environment.call(world.cloud, where)), profiles: [...profiles] };
  };
}

const shown = async (exitCode: number, options: object = { deployed: true }) => {
  const anna = personAt(world, { columns: 200 });
  expect((await anna.types(check, [], options)).exitCode).toBe(exitCode);
  return anna.shown();
};

it('asks AWS for nothing unless it is told to', async () => {
  world.cloud.applications = () => expect.unreachable();
  expect(await shown(0, {})).not.toContain('name');
});

it('says that names are as they are deployed', async () => {
  expect(await shown(0)).toContain('Every name is as it is deployed.\n');
});

it('says what is left over, and what is new', async () => {
  deployed(['rules', 'old'], ['staging', 'production', 'beta']);
  expect(await shown(0)).toContain(
    '! quest/old is deployed and in no file: `veltrix retire quest/old -m "…"` ends it\n! quest/beta is an environment that is deployed and in no file (docs/upgrade.md)\n',
  );
  deployed([]);
  expect(await shown(0)).toContain('+ quest/rules is new: deploy the stacks first\n');
});

it('refuses what looks renamed, before anything is deployed', async () => {
  deployed(['laws']);
  expect(await shown(4)).toContain(
    '✖ quest: profile "laws" is deployed and in no file, and "rules" is in the',
  );
});

it('tells of refused files first', async () => {
  deployed(['laws']);
  world.edit('coolDownMs: never\ndifficulty: easy\n');
  await shown(3);
});

import { describe, expect, it } from 'vitest';
import { demandAccount, enterRegion } from '../../control/home.js';
import { parseStages, type Stage } from '../../core/stages.js';

function stageIn(place: { account?: string; region?: string }): Stage {
  const [stage] = parseStages([{ name: 'live', environments: {}, ...place }]);
  if (!stage) throw new Error('there is no stage');
  return stage;
}

const frankfurt = stageIn({ region: 'eu-central-1' });
const live = stageIn({ account: '444455556666' });

describe('the region of a stage', () => {
  it('is asked in where nothing else is said', () => {
    const environment: NodeJS.ProcessEnv = { AWS_PROFILE: 'veltrix' };
    enterRegion(frankfurt, environment);
    expect(environment).toEqual({ AWS_PROFILE: 'veltrix', AWS_REGION: 'eu-central-1' });
  });

  it('may be said again', () => {
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) {
      const environment: NodeJS.ProcessEnv = { [name]: 'eu-central-1' };
      enterRegion(frankfurt, environment);
      expect(environment).toEqual({ [name]: 'eu-central-1' });
    }
  });

  it.each([
    [{ AWS_REGION: 'eu-west-1' }, 'AWS_REGION'],
    [{ AWS_DEFAULT_REGION: 'eu-west-1' }, 'AWS_DEFAULT_REGION'],
    [{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-central-1' }, 'AWS_REGION'],
  ])('is not another one: %j', (environment, variable) => {
    expect(() => enterRegion(frankfurt, environment)).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message: `Stage "live" is in eu-central-1, and ${variable} is eu-west-1`,
        hint: `Write ${variable}=eu-central-1, or leave it out; a local AWS has to be this stage's (--stage live). Nothing was asked of the stage, and nothing was done.`,
      }),
    );
  });

  it('does not matter where the stage has none', () => {
    const environment: NodeJS.ProcessEnv = { AWS_REGION: 'eu-west-1' };
    enterRegion(live, environment);
    expect(environment).toEqual({ AWS_REGION: 'eu-west-1' });
  });
});

describe('the account of a stage', () => {
  const cloudWhere = (arn: string | undefined, extended: readonly string[] = []) => ({
    caller: async () => arn,
    upkeep: { extended: async () => extended },
  });
  const asked = (stage: Stage, arn: string | undefined) => demandAccount(stage, cloudWhere(arn), 'look');
  const anna = (account: string) => `arn:aws:sts::${account}:assumed-role/deploys/anna`;

  it('is the one of the credentials', async () => {
    await expect(asked(live, anna('444455556666'))).resolves.toBeUndefined();
    await expect(asked(live, anna('111122223333'))).rejects.toMatchObject({
      name: 'UsageError',
      message: `Stage "live" is in account 444455556666, and these credentials are of 111122223333 (${anna('111122223333')})`,
      hint: 'Sign in to 444455556666 (AWS_PROFILE), or correct infra/stages.ts. Nothing was asked of the stage, and nothing was done.',
    });
  });

  it('stands in nobody’s way who only looks, where AWS does not say who asks', async () => {
    await expect(asked(live, undefined)).resolves.toBeUndefined();
  });

  it('is not asked for where the stage has none', async () => {
    const refuse = () => Promise.reject(new Error('nobody asks'));
    const cloud = { caller: refuse, upkeep: { extended: refuse } };
    await expect(demandAccount(frankfurt, cloud, 'change')).resolves.toBeUndefined();
  });

  describe('for who changes something while STS is silent', () => {
    const changed = (...extended: readonly string[]) =>
      demandAccount(live, cloudWhere(undefined, extended), 'change');
    const environmentIn = (account: string) =>
      `arn:aws:appconfig:eu-central-1:${account}:application/abcd123/environment/efgh456`;

    it('is what AppConfig says', async () => {
      await expect(changed(environmentIn('444455556666'))).resolves.toBeUndefined();
      await expect(changed(environmentIn('111122223333'))).rejects.toMatchObject({
        message: `Stage "live" is in account 444455556666, and these credentials are of 111122223333 (${environmentIn('111122223333')})`,
      });
    });

    it('is refused where AppConfig says nothing either', async () => {
      const refused = {
        name: 'UsageError',
        message:
          'Stage "live" is in account 444455556666, and neither STS nor AppConfig says whose credentials these are',
        hint: 'Try again; where that cannot wait and you know whose they are: type it outside of the project, with AWS_REGION and --stage live (docs/stages.md). Nothing was asked of the stage, and nothing was done.',
      };
      await expect(changed()).rejects.toMatchObject(refused);
      const denied = new Error('AccessDeniedException');
      const cloud = { caller: async () => undefined, upkeep: { extended: () => Promise.reject(denied) } };
      await expect(demandAccount(live, cloud, 'change')).rejects.toMatchObject({ ...refused, cause: denied });
    });

    it('is not asked of AppConfig where STS says', async () => {
      const cloud = {
        caller: async () => anna('444455556666'),
        upkeep: { extended: () => Promise.reject(new Error('nobody asks')) },
      };
      await expect(demandAccount(live, cloud, 'change')).resolves.toBeUndefined();
    });
  });
});

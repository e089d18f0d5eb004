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
  const asked = (stage: Stage, arn: string | undefined) => demandAccount(stage, { caller: async () => arn });
  const anna = (account: string) => `arn:aws:sts::${account}:assumed-role/deploys/anna`;

  it('is the one of the credentials', async () => {
    await expect(asked(live, anna('444455556666'))).resolves.toBeUndefined();
    await expect(asked(live, anna('111122223333'))).rejects.toMatchObject({
      name: 'UsageError',
      message: `Stage "live" is in account 444455556666, and these credentials are of 111122223333 (${anna('111122223333')})`,
      hint: 'Sign in to 444455556666 (AWS_PROFILE), or correct infra/stages.ts. Nothing was asked of the stage, and nothing was done.',
    });
  });

  it('stands in nobody’s way where AWS does not say who asks', async () => {
    await expect(asked(live, undefined)).resolves.toBeUndefined();
  });

  it('is not asked for where the stage has none', async () => {
    const caller = () => Promise.reject(new Error('nobody asks'));
    await expect(demandAccount(frankfurt, { caller })).resolves.toBeUndefined();
  });
});

/** AppConfig over the wire, as Veltrix deploys it, on a manual clock. */

import { refusalMark } from '../../../core/content/content-problems.js';
import { type Strategy, strategies } from '../../../core/delivery/strategies.js';
import { startWorld } from '../../local/appconfig/world.js';

/** The application `app` with both profiles, checked by a function, two environments, and the strategies. Close its world. */
export async function deployAppConfig() {
  const world = await startWorld();
  const validator = world.lambda.define('validate', (event) => {
    const content = Buffer.from(String(event['content']), 'base64').toString();
    if (content === '{"bad":true}') throw new Error(`${refusalMark}it is bad`);
    if (content === '{"busy":true}') throw new Error('Rate Exceeded.');
    if (content === '{"broken":true}') throw new Error('Cannot read properties of undefined');
    return undefined;
  });
  const { control } = world;
  const idOf = ({ Id }: { Id?: string | undefined }) => String(Id);
  const ApplicationId = idOf(await control.createApplication({ Name: 'app' }));
  const environment = async (Name: string) => idOf(await control.createEnvironment({ ApplicationId, Name }));
  const profile = async (Name: string) => {
    const Validators = [{ Type: 'LAMBDA' as const, Content: validator }];
    const request = { ApplicationId, Name, LocationUri: 'hosted', Validators };
    return idOf(await control.createConfigurationProfile(request));
  };
  const strategy = async (Name: string, about: Strategy) =>
    idOf(
      await control.createDeploymentStrategy({
        Name,
        DeploymentDurationInMinutes: about.durationMinutes,
        GrowthFactor: about.growthPercent,
        GrowthType: about.growthType,
        FinalBakeTimeInMinutes: about.bakeMinutes,
        ReplicateTo: 'NONE',
      }),
    );
  const strategyIds: Record<string, string> = {};
  for (const [name, about] of Object.entries(strategies)) strategyIds[name] = await strategy(name, about);
  const common = {
    applicationId: ApplicationId,
    profileIds: { gameplay: await profile('gameplay'), limits: await profile('limits') },
    strategyIds,
  };
  const staging = { ...common, environmentId: await environment('staging') };
  const production = { ...common, environmentId: await environment('production') };
  return { world, staging, production };
}

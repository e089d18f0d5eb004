import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/index.js';
import { createProject, type Project } from '../control/project.js';
import { type Place, run } from './command.js';

const stages = `
export const stages = [
  { name: 'main', account: '111122223333', region: 'eu-west-1', environments: { staging: { strategy: 'linear-50' } } },
  { name: 'live', account: '444455556666', region: 'eu-west-1', environments: { production: { strategy: 'canary-10' } } },
];
`;

let project: Project;
let aws: LocalAws;
let place: Place;

beforeAll(async () => {
  project = createProject();
  project.write('infra/stages.ts', stages);
  aws = await startLocalAws({ port: 0, identity: { accountId: '111122223333', region: 'eu-west-1' } });
  place = { directory: project.root, environment: { ...aws.environment } };
});
afterAll(async () => {
  await aws?.close();
  project.remove();
});

const publish = (environment: string, ...more: readonly string[]) =>
  run(['publish', `quest/${environment}/rules`, '-m', 'x', ...more], place);

describe('publishing', () => {
  it('goes to AWS where the stage that holds the environment is there', async () => {
    const { output } = await publish('staging');
    expect(output).toContain('"quest" is no deployed application');
  });

  it('is refused with the credentials of another account, and both are named', async () => {
    const { exitCode, output } = await publish('production');
    expect(output).toContain('Stage "live" is in account 444455556666, and these credentials are of');
    expect(output).toContain('111122223333');
    expect(output).toContain('nothing was done');
    expect(exitCode).toBe(2);
  });

  it('is refused where AWS does not say whose credentials these are, as nothing that only looks is', async () => {
    const silent = {
      ...place,
      environment: { ...aws.environment, AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9' },
    };
    const [publishing, looking] = await Promise.all([
      run(['publish', 'quest/staging/rules', '-m', 'x', '--yes'], silent),
      run(['status', 'quest/staging'], silent),
    ]);
    expect(publishing.output).toContain('neither STS nor AppConfig says whose credentials these are');
    expect(publishing.exitCode).toBe(2);
    expect(looking.output).toContain('"quest" is no deployed application');
  });

  it('is refused in another region', async () => {
    const environment = { ...aws.environment, AWS_REGION: 'us-east-1' };
    const words = ['publish', 'quest/staging/rules', '-m', 'x'];
    const { exitCode, output } = await run(words, { ...place, environment });
    expect(output).toContain('Stage "main" is in eu-west-1, and AWS_REGION is us-east-1');
    expect(exitCode).toBe(2);
  });

  it('is refused after what another stage holds', async () => {
    const { exitCode, output } = await publish('production', '--after', 'quest/staging');
    expect(output).toContain('quest/staging is in stage "main", and this command talks to "live"');
    expect(exitCode).toBe(2);
  });
});

describe('looking', () => {
  it('needs to know at which stage', async () => {
    const { exitCode, output } = await run(['status'], place);
    expect(output).toContain('Which stage?');
    expect(output).toContain('--stage main, or --stage live');
    expect(exitCode).toBe(2);
  });
});

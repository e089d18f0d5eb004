/** The pipeline and the workflow, by their own words, against AWS on this machine: from a commit to production, or not. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { publish } from '../../../control/act/publish.js';
import type { Cloud } from '../../../control/cloud.js';
import { connect } from '../../../control/connect.js';
import { openWorkspace } from '../../../control/files/workspace.js';
import type { DeploymentSummary } from '../../../core/delivery/deployments.js';
import { guardFunction } from '../../../core/names.js';
import { guardedAws } from '../../infra/access/guarded-aws.js';
import { useEnvironment } from '../aws-environment.js';
import { type Approval, type Played, playPipeline, type Template } from './code-pipeline.js';
import { createRepository, createStandIns, type Repository } from './repository.js';
import { type Ids, idsOf, rightsOf } from './rights.js';
import { synthesizePipelines, type Templates } from './template.js';
import { playWorkflow, readWorkflow } from './workflow.js';

// Rollouts take their time, and each step is a process of its own.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));
const world = guardedAws();
let directory: string;
let cloud: Cloud;
let repository: Repository;
let templates: Templates;
let standIns: ReturnType<typeof createStandIns>;
let ids: Ids;
let restore: () => void;
let runs = 0;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'veltrix-pipeline-'));
  restore = useEnvironment({ ...world().aws.environment, CDK_VALIDATION: 'false' });
  cloud = connect({ stage: 'main', target: world().aws.endpoint });
  repository = createRepository(directory);
  standIns = createStandIns(directory);
  templates = synthesizePipelines(path.join(directory, 'assembly'));
  ids = await idsOf(world().aws, 'main');
});

afterAll(() => {
  restore?.();
  rmSync(directory, { recursive: true, force: true });
});

const approveAll = () => true;

/** Of somebody who has what a role of a template has. */
async function environmentOf(template: Template, role: string) {
  const variables = await world().as(role, rightsOf(template, role, ids));
  return { ...variables, PATH: standIns.path };
}

type Approve = (approval: Approval) => boolean | Promise<boolean>;

function play(approve: Approve = approveAll, from?: string): Promise<Played> {
  runs += 1;
  return playPipeline({
    template: templates.pipeline,
    directory: path.join(directory, `artifacts-${runs}`),
    checkout: repository.checkout,
    environment: (role) => environmentOf(templates.pipeline, role),
    approve,
    from,
  });
}

/** Newest first. */
async function deployments(environment: string): Promise<DeploymentSummary[]> {
  const { store } = await cloud.environment({ application: 'treasure-hunt', environment });
  const found: DeploymentSummary[] = [];
  for await (const deployment of store.deployments()) found.push(deployment);
  return found;
}

/** Publishes beside the pipeline, to all of production at once. */
async function publishAside(coolDownMs: number): Promise<void> {
  const loaded = await (await openWorkspace(projectRoot)).load('treasure-hunt');
  const { deployment } = await publish(cloud, loaded, {
    address: { application: 'treasure-hunt', environment: 'production', profile: 'gameplay' },
    author: 'anna',
    reason: 'urgent',
    strategy: 'immediate',
    change: (value) => ({ ...(value as object), coolDownMs }),
  });
  const { store } = await cloud.environment({ application: 'treasure-hunt', environment: 'production' });
  const isOver = async () => (await store.deployment(deployment)).state === 'COMPLETE';
  await vi.waitUntil(isOver, { timeout: 30_000, interval: 50 });
}

let coolDownMs = 31_000;
/** Something new, in both environments unless it says which. */
function change(subject: string, environments: readonly string[] = ['staging', 'production']): string {
  coolDownMs += 1;
  repository.edit('gameplay', environments, (text) =>
    text.replace(/^coolDownMs: .*/m, `coolDownMs: ${coolDownMs}`),
  );
  return repository.commit(subject);
}

describe('what is deployed', () => {
  it('holds no value, so a commit of values leaves it as it is', () => {
    const assembly = inject('assembly');
    const files = readdirSync(assembly, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    const texts = files.map(({ parentPath, name }) => [
      name,
      readFileSync(path.join(parentPath, name), 'utf8'),
    ]);
    const holding = (text: string) =>
      texts.filter(([, content]) => content?.includes(text)).map(([name]) => name);
    // A rule of the schema is there; the title of a hunt, which is a value, is not.
    expect(holding('dailyPointsMax')).toContain('index.mjs');
    expect(holding('Harbour Lights')).toEqual([]);
  });
});

describe('the first commit', () => {
  let played: Played;
  const asked: Approval[] = [];
  beforeAll(async () => {
    played = await play((approval) => asked.push(approval) > 0);
  });

  it('goes all the way: everything in its order', () => {
    expect(played.last.output).toContain('treasure-hunt/production/limits');
    expect(played.state).toBe('Succeeded');
    expect(played.steps.map(({ name }) => name)).toEqual([
      'Source/Source',
      'Check/Check',
      'Infrastructure/Infrastructure',
      'staging/Plan',
      'staging/Publish',
      'production/Plan',
      'production/Approve',
      'production/Publish',
    ]);
  });

  it('installs each time, and deploys infrastructure before anything is published', () => {
    const cdk =
      'npx --no-install cdk deploy --all --context stage=main --require-approval never --ci --progress events';
    const [install, types] = ['npm ci', 'npm run --silent check:types'];
    expect(standIns.calls()).toEqual([install, types, install, cdk, install, install, install, install]);
    const names = played.steps.find(({ name }) => name === 'Infrastructure/Infrastructure');
    expect(names?.output).toContain('Every name is as it is deployed.');
  });

  it('asks once, with the plan for production and where it can be read in full', () => {
    expect(asked).toEqual([
      {
        stage: 'production',
        text: expect.stringMatching(
          /^treasure-hunt\/production: gameplay over v0 for 0 nodes: all nothing → .*; limits over v0/,
        ),
        link: 'https://example.org/builds/production-Plan',
      },
    ]);
  });

  it('has every profile completed in both environments', async () => {
    for (const environment of ['staging', 'production']) {
      expect(await deployments(environment)).toMatchObject([
        { profile: 'limits', version: environment === 'staging' ? 1 : 2, state: 'COMPLETE' },
        { profile: 'gameplay', version: environment === 'staging' ? 1 : 2, state: 'COMPLETE' },
      ]);
    }
  });
});

/** What production runs, newest first: nothing that follows may add to it, unless it says so. */
const inProduction = async () => (await deployments('production')).map(({ number }) => number);

describe('a change that a schema refuses', () => {
  it('stops before anything is asked of AWS, with file, line, column and what to write', async () => {
    repository.edit('gameplay', ['staging'], (text) => text.replace(/^coolDownMs: .*/m, 'coolDownMs: 800ms'));
    repository.commit('a typing error');
    const { last, steps } = await play();
    repository.revert();
    expect(last).toMatchObject({ name: 'Check/Check', exitCode: 3 });
    expect(last.output).toMatch(
      /✖ config\/treasure-hunt\/gameplay\.staging\.yaml:\d+:13 {2}coolDownMs\n.*"800ms"/,
    );
    expect(last.output).toContain('→ write 800');
    expect(steps.map(({ name }) => name)).toEqual(['Source/Source', 'Check/Check']);
  });
});

describe('a change of a name', () => {
  it('stops before anything is deployed, which would be new and empty', async () => {
    repository.rename('limits', 'boundaries');
    repository.commit('a better name');
    const callsBefore = standIns.calls().length;
    const { last } = await play(approveAll, 'Infrastructure');
    repository.revert();
    expect(last).toMatchObject({ name: 'Infrastructure/Infrastructure', exitCode: 4 });
    expect(last.output?.replace(/\s+/g, ' ')).toContain(
      'treasure-hunt: profile "limits" is deployed and in no file, and "boundaries" is in the files and not deployed',
    );
    expect(standIns.calls().slice(callsBefore)).toEqual(['npm ci']);
  });
});

describe('the workflow', () => {
  const { production, 'plan-production': plan } = readWorkflow('deploy.yml').jobs;
  /** The logical id of a role; one that has no rights before it has a name. */
  const roleOf = (name: string | undefined): string =>
    Object.entries(templates.github.Resources).find(
      ([, { Properties }]) => name !== undefined && Properties['RoleName'] === name,
    )?.[0] ?? 'nobody';

  it('brings to production what was approved, once it was shown where that is done', async () => {
    const commit = change('by another way', ['production']);
    const summary = path.join(directory, 'summary');
    const asked: string[] = [];
    if (!production || !plan) throw new Error('there is no such job');
    // Those before run what the pipeline ran (test/ci/workflows.test.ts).
    const { needs: _staging, ...first } = plan;
    const played = await playWorkflow({
      jobs: { 'plan-production': first, production },
      directory: path.join(directory, 'store'),
      checkout: repository.checkout,
      environment: async (roleName) => ({
        ...(await environmentOf(templates.github, roleOf(roleName))),
        GITHUB_STEP_SUMMARY: summary,
      }),
      approve: () => asked.push(readFileSync(summary, 'utf8')) > 0,
    });
    expect(played.at(-1)?.output).toContain('treasure-hunt/production/gameplay: version 3');
    expect(played.map(({ name, exitCode }) => [name, exitCode])).toEqual([
      ['plan-production', 0],
      ['production', 0],
    ]);
    expect(asked).toEqual([
      expect.stringMatching(/^### treasure-hunt\/production\n\n```\n[\s\S]*coolDownMs {2}30000 → 31001/),
    ]);
    const [newest] = await deployments('production');
    expect(newest).toMatchObject({ profile: 'gameplay', state: 'COMPLETE' });
    const told = await cloud.rollouts.read('treasure-hunt/production', [newest?.number ?? 0]);
    expect(told.get(newest?.number ?? 0)?.publication).toMatchObject({
      author: 'Ada',
      reason: 'by another way',
      commit,
    });
  });
});

describe('a change that waits for its approval', () => {
  it('is shown in one line, and not published over another version than it was planned over', async () => {
    const before = await inProduction();
    change('longer cool-down');
    const asked: string[] = [];
    const { last } = await play(async ({ text }) => {
      asked.push(text);
      await publishAside(99_000);
      return true;
    }, 'production');
    expect(asked).toEqual([
      'treasure-hunt/production: gameplay over v3 for 0 nodes: coolDownMs 31001 → 31002; limits unchanged',
    ]);
    expect(last).toMatchObject({ name: 'production/Publish', exitCode: 4 });
    expect(last.output).toMatch(
      /production\/gameplay: version \d+ is deployed, the request builds on version 3/,
    );
    expect((await inProduction()).slice(1)).toEqual(before);
  });
});

describe('a change that is taken back', () => {
  it('stops at that environment, says why, and asks nobody about the next', async () => {
    const before = await inProduction();
    const guard = { FunctionName: guardFunction('main') };
    await world().aws.call('lambda', 'PutFunctionConcurrency', { ...guard, ReservedConcurrentExecutions: 0 });
    change('nobody watches');
    const { last, steps } = await play(() => expect.unreachable(), 'staging');
    await world().aws.call('lambda', 'DeleteFunctionConcurrency', guard);
    expect(last).toMatchObject({ name: 'staging/Publish', exitCode: 5 });
    expect(last.output).toMatch(
      /✖ treasure-hunt\/staging\/gameplay: deployment 3 was rolled back: Error invoking extension veltrix-main-guard: .*Rate Exceeded/,
    );
    expect(last.output).toContain('treasure-hunt/staging/limits: not begun');
    expect(steps.map(({ name }) => name)).toEqual(['staging/Plan', 'staging/Publish']);
    expect(await inProduction()).toEqual(before);
  });
});

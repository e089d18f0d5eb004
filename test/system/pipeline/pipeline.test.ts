/** The pipeline and the workflow, by their own words, against AWS on this machine: from a commit to production, or not. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { Cloud } from '../../../control/cloud.js';
import { connect } from '../../../control/connect.js';
import type { DeploymentSummary } from '../../../core/delivery/deployments.js';
import { guardedAws } from '../../infra/access/guarded-aws.js';
import { useEnvironment } from '../aws-environment.js';
import { type Approval, type Played, playPipeline, type Template } from './code-pipeline.js';
import { createRepository, createStandIns, type Repository } from './repository.js';
import { type Ids, idsOf, rightsOf } from './rights.js';
import { runScript } from './shell.js';
import { synthesizePipelines, type Templates } from './template.js';
import { playWorkflow, readWorkflow } from './workflow.js';

// Rollouts take their time, and each step is a process of its own.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

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

/** Runs the command as somebody beside the pipeline. */
const aside = (...commands: readonly string[]) =>
  runScript({ commands, directory: repository.checkout(), environment: world().aws.environment });
const veltrix = 'node dist/cli/veltrix.js';

let coolDownMs = 31_000;
/** Something new in both environments. */
function change(subject: string): string {
  coolDownMs += 1;
  repository.edit('gameplay', ['staging', 'production'], (text) =>
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
    const before = await inProduction();
    repository.edit('gameplay', ['staging'], (text) => text.replace(/^coolDownMs: .*/m, 'coolDownMs: 800ms'));
    repository.commit('a typing error');
    const { last, steps } = await play();
    expect(last).toMatchObject({ name: 'Check/Check', exitCode: 3 });
    expect(last.output).toMatch(
      /✖ config\/treasure-hunt\/gameplay\.staging\.yaml:\d+:13 {2}coolDownMs\n.*"800ms"/,
    );
    expect(last.output).toContain('→ write 800');
    expect(steps.map(({ name }) => name)).toEqual(['Source/Source', 'Check/Check']);
    expect(await inProduction()).toEqual(before);
  });
});

describe('a change that waits for its approval', () => {
  it('stays in staging when it is rejected', async () => {
    const before = await inProduction();
    change('longer cool-down');
    const texts: string[] = [];
    const { last } = await play(({ text }) => texts.push(text) === 0);
    expect(last.name).toBe('production/Approve');
    expect(texts).toEqual([
      `treasure-hunt/production: gameplay over v2 for 0 nodes: coolDownMs 30000 → ${coolDownMs}; limits unchanged`,
    ]);
    expect((await deployments('staging'))[0]).toMatchObject({ profile: 'gameplay', state: 'COMPLETE' });
    expect(await inProduction()).toEqual(before);
  });

  it('is not published over another version than it was planned over', async () => {
    const inForce: number[][] = [];
    const { last } = await play(async () => {
      const { exitCode } = await aside(
        "sed -i 's/^coolDownMs: .*/coolDownMs: 99000/' config/treasure-hunt/gameplay.production.yaml",
        `${veltrix} publish treasure-hunt/production/gameplay -m urgent --strategy immediate --complete --yes`,
      );
      inForce.push(await inProduction());
      return exitCode === 0;
    }, 'production');
    expect(last).toMatchObject({ name: 'production/Publish', exitCode: 4 });
    expect(last.output).toMatch(
      /production\/gameplay: version \d+ is deployed, the request builds on version 2/,
    );
    expect([await inProduction()]).toEqual(inForce);
  });

  it('is not published when staging was taken back meanwhile', async () => {
    const before = await inProduction();
    const { last } = await play(async () => {
      const undone = await aside(`${veltrix} rollback treasure-hunt/staging/gameplay -m "it hurts" --yes`);
      return undone.exitCode === 0;
    }, 'production');
    expect(last).toMatchObject({ name: 'production/Publish', exitCode: 4 });
    expect(last.output).toMatch(
      /production\/gameplay was not published: version \d+ was rolled back at treasure-hunt\/staging/,
    );
    expect(await inProduction()).toEqual(before);
  });
});

describe('the workflow', () => {
  const { jobs } = readWorkflow('deploy.yml');
  /** The logical id of a role; one that has no rights before it has a name. */
  const roleOf = (name: string | undefined): string =>
    Object.entries(templates.github.Resources).find(
      ([, { Properties }]) => name !== undefined && Properties['RoleName'] === name,
    )?.[0] ?? 'nobody';
  const work = (approve: (environment: string) => boolean = approveAll) => {
    const summary = path.join(directory, `summary-${runs++}`);
    const store = path.join(directory, `store-${runs}`);
    const played = playWorkflow({
      jobs,
      directory: store,
      checkout: repository.checkout,
      environment: async (roleName) => ({
        ...(await environmentOf(templates.github, roleOf(roleName))),
        GITHUB_STEP_SUMMARY: summary,
      }),
      approve,
    });
    return { played, summary };
  };

  it('brings a change to production once its environment is approved, and shows the plan where that is done', async () => {
    const commit = change('by another way');
    const asked: string[] = [];
    const { played, summary } = work((name) => {
      if (name === 'production') asked.push(readFileSync(summary, 'utf8'));
      return true;
    });
    const done = await played;
    expect(done.at(-1)?.output).toContain('treasure-hunt/production/gameplay: version');
    expect(done.map(({ name, exitCode }) => [name, exitCode])).toEqual([
      ['check', 0],
      ['infrastructure', 0],
      ['staging', 0],
      ['plan-production', 0],
      ['production', 0],
    ]);
    expect(asked).toEqual([
      expect.stringMatching(/^### treasure-hunt\/production\n\n```\n[\s\S]*coolDownMs {2}99000 → /),
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

  it('stops at a change that a schema refuses', async () => {
    repository.edit('limits', ['production'], (text) => `${text}\nqueueSise: 1\n`);
    repository.commit('a typing error');
    const done = await work().played;
    expect(done.map(({ name, exitCode }) => [name, exitCode])).toEqual([['check', 3]]);
    expect(done[0]?.output).toMatch(/limits\.production\.yaml:\d+:1 {2}queueSise/);
  });
});

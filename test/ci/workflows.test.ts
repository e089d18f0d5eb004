/** What the workflows of GitHub promise: pinned actions, the least rights, roles that exist. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseStages } from '../../core/stages.js';
import { addPipelines } from '../../infra/pipeline/app.js';
import { scratchApps } from '../infra/assembly.js';
import { readWorkflow } from '../system/pipeline/workflow.js';

const folder = new URL('../../.github/workflows/', import.meta.url);
const names = readdirSync(folder);
const textOf = (name: string) => readFileSync(fileURLToPath(new URL(name, folder)), 'utf8');
const scratchApp = scratchApps();

const jobs = names.flatMap((name) =>
  Object.entries(readWorkflow(name).jobs).map(([job, about]) => ({ where: `${name}: ${job}`, ...about })),
);
const roleOf = ({ steps }: (typeof jobs)[number]): string | undefined =>
  steps.flatMap((step) => String(step.with['role-to-assume'] ?? '').split(':role/')[1] ?? [])[0];

interface Made {
  readonly Resources: Readonly<Record<string, { readonly Properties: { readonly RoleName?: string } }>>;
}
const roleNamesIn = ({ Resources }: Made): readonly string[] =>
  Object.values(Resources).flatMap(({ Properties }) => Properties.RoleName ?? []);

describe('workflows', () => {
  it('are these', () => {
    expect(names).toEqual(['audit.yml', 'deploy.yml', 'pull-request.yml']);
  });

  it.each(names)('%s uses actions by their full commits, with the version beside them', (name) => {
    const uses = textOf(name).match(/uses: .*/g) ?? [];
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    const versions = new Set(uses.map((line) => line.replace(/^uses: /, '')));
    expect(new Set([...versions].map((line) => line.split('@')[0])).size).toBe(versions.size);
  });

  it.each(names)("%s keeps no secret, and runs nobody else's code with rights of its own", (name) => {
    expect(textOf(name)).not.toMatch(/secrets\.|pull_request_target|workflow_run/);
    // An expression in a command would be put in as it stands, whatever somebody wrote into it.
    const commands = jobs.flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    expect(commands.filter((command) => command.includes('${{'))).toEqual([]);
  });

  it('get a token of GitHub only where they take a role, and may write nothing but the comment', () => {
    for (const job of jobs) {
      const { where, permissions } = job;
      const { contents, ...others } = permissions;
      expect([where, contents]).toEqual([where, 'read']);
      const token = roleOf(job) === undefined ? {} : { 'id-token': 'write' };
      const comment = where === 'pull-request.yml: plan' ? { 'pull-requests': 'write' } : {};
      expect([where, others]).toEqual([where, { ...token, ...comment }]);
    }
  });

  it('take roles that the stack makes, those of publishers in the environment whose tokens they take', () => {
    const app = scratchApp();
    const environments = {
      staging: { strategy: 'linear-50' },
      production: { strategy: 'canary-10' },
    } as const;
    const stages = parseStages([{ name: 'main', environments, github: { repository: 'acme/hunt' } }]);
    addPipelines(app, {
      applications: [{ name: 'treasure-hunt', environments: ['staging', 'production'], profiles: [] }],
      stages,
    });
    const made = roleNamesIn(app.synth().getStackByName('Veltrix-main-Github').template);
    const taken = jobs.flatMap((job) => roleOf(job) ?? []);
    expect(new Set(taken)).toEqual(new Set(made));
    for (const job of jobs) {
      const published = roleOf(job)?.match(/-publish-(.*)/)?.[1];
      expect([job.where, job.environment]).toEqual([job.where, published]);
    }
  });

  it('take for a pull request, whoever opened it, the role that only looks', () => {
    const taken = jobs
      .filter(({ where }) => where.startsWith('pull-request.yml'))
      .flatMap((job) => roleOf(job) ?? []);
    expect(taken).toEqual(['veltrix-main-github-plan']);
  });

  it('start at the same paths as the pipeline', () => {
    const app = scratchApp();
    const pipeline = {
      connectionArn: 'arn:aws:codeconnections:eu-central-1:111122223333:connection/0f0f',
      repository: 'acme/hunt',
      branch: 'main',
    };
    const stages = parseStages([
      { name: 'main', environments: { staging: { strategy: 'linear-50' } }, pipeline },
    ]);
    addPipelines(app, { applications: [{ name: 'hunt', environments: ['staging'], profiles: [] }], stages });
    const text = JSON.stringify(app.synth().getStackByName('Veltrix-main-Pipeline').template);
    const { paths } = parse(textOf('deploy.yml')).on.push;
    expect(text).toContain(`"FilePaths":{"Includes":${JSON.stringify(paths)}}`);
  });

  it('run what the pipeline runs, and publish to production only what was planned after staging, and approved', () => {
    const order = Object.entries(readWorkflow('deploy.yml').jobs).map(([name, { needs, steps }]) => [
      needs,
      name,
      ...steps.flatMap(({ run }) => run ?? []),
    ]);
    const [staging, production] = ['treasure-hunt/staging', 'treasure-hunt/production'];
    const install = 'npm ci';
    expect(order).toEqual([
      [undefined, 'check', install, 'bash ci/check.sh'],
      ['check', 'infrastructure', install, 'bash ci/deploy.sh main'],
      ['infrastructure', 'staging', install, `bash ci/plan.sh ${staging}`, `bash ci/publish.sh ${staging}`],
      [
        'staging',
        'plan-production',
        install,
        `bash ci/plan.sh ${production}`,
        'cat plan/plan.md >> "$GITHUB_STEP_SUMMARY"',
      ],
      ['plan-production', 'production', install, `bash ci/publish.sh ${production} --after ${staging}`],
    ]);
  });

  it('audit what is shipped', () => {
    expect(readWorkflow('audit.yml').jobs['audit']?.steps.at(-1)?.run).toBe('npm audit --omit=dev');
  });
});

describe('production in an account of its own, as docs/ci.md has it', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  let copy: string;
  beforeAll(() => {
    copy = mkdtempSync(path.join(tmpdir(), 'veltrix-workflows-'));
    cpSync(path.join(root, '.github'), path.join(copy, '.github'), { recursive: true });
    const [, diff = ''] =
      /```diff\n([\s\S]*?)```/.exec(readFileSync(path.join(root, 'docs/ci.md'), 'utf8')) ?? [];
    execFileSync('git', ['apply', '-'], { cwd: copy, input: diff });
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  const applied = () =>
    ['deploy.yml', 'pull-request.yml'].flatMap((name) =>
      Object.entries(readWorkflow(name, copy).jobs).map(([job, about]) => ({ where: job, ...about })),
    );

  it('takes the roles that its two stages make, each by the account and region of its own stage', () => {
    const app = scratchApp();
    const [github, region] = [{ repository: 'acme/hunt' }, 'eu-central-1'];
    const [staging, production] = [{ strategy: 'linear-50' }, { strategy: 'canary-10' }] as const;
    const stages = parseStages([
      { name: 'main', account: '111122223333', region, environments: { staging }, github },
      { name: 'live', account: '444455556666', region, environments: { production }, github },
    ]);
    const environments = ['staging', 'production'];
    addPipelines(app, { applications: [{ name: 'treasure-hunt', environments, profiles: [] }], stages });
    const made = app.synth().stacks.flatMap(({ template }) => roleNamesIn(template));
    const taken = applied().flatMap(({ steps }) =>
      steps.flatMap(({ with: { 'role-to-assume': role, 'aws-region': where } }) =>
        role === undefined ? [] : [{ role: String(role), where }],
      ),
    );
    expect(new Set(taken.map(({ role }) => role.split(':role/')[1]))).toEqual(new Set(made));
    for (const { role, where } of taken) {
      const stage = role.includes('/veltrix-live-') ? 'LIVE' : 'AWS';
      expect([role, role.includes(`{{ vars.${stage}_ACCOUNT_ID }}`), where]).toEqual([
        role,
        true,
        `\${{ vars.${stage}_REGION }}`,
      ]);
    }
  });

  it('deploys the stacks of both, those of production once staging was published, and looks into neither from the other', () => {
    const jobs = new Map(applied().map((job) => [job.where, job]));
    const commands = (name: string) =>
      jobs
        .get(name)
        ?.steps.flatMap(({ run }) => run ?? [])
        .slice(1);
    expect(commands('infrastructure')).toEqual(['bash ci/deploy.sh main']);
    expect(commands('infrastructure-live')).toEqual(['bash ci/deploy.sh live']);
    expect(
      ['infrastructure-live', 'plan-production', 'production'].map((name) => jobs.get(name)?.needs),
    ).toEqual(['staging', 'infrastructure-live', 'plan-production']);
    expect(commands('production')).toEqual(['bash ci/publish.sh treasure-hunt/production']);
    expect([commands('plan')?.[0], commands('plan-live')?.[0]]).toEqual([
      'bash ci/plan.sh treasure-hunt/staging',
      'bash ci/plan.sh treasure-hunt/production',
    ]);
  });
});

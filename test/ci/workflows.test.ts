/** What the workflows of GitHub promise: pinned actions, the least rights, roles that exist. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
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
      applications: [{ name: 'treasure-hunt', environments: ['staging', 'production'] }],
      stages,
    });
    const { Resources } = app.synth().getStackByName('Veltrix-main-Github').template;
    const made = Object.values(Resources as Record<string, { Properties: { RoleName?: string } }>).flatMap(
      ({ Properties }) => Properties.RoleName ?? [],
    );
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
    addPipelines(app, { applications: [{ name: 'hunt', environments: ['staging'] }], stages });
    const text = JSON.stringify(app.synth().getStackByName('Veltrix-main-Pipeline').template);
    const { paths } = parse(textOf('deploy.yml')).on.push;
    expect(text).toContain(`"FilePaths":{"Includes":${JSON.stringify(paths)}}`);
  });

  it('publish to production only what was planned after staging, and approved', () => {
    const { staging, 'plan-production': plan, production } = readWorkflow('deploy.yml').jobs;
    expect([staging?.needs, plan?.needs, production?.needs]).toEqual([
      'infrastructure',
      'staging',
      'plan-production',
    ]);
  });

  it('audit what is shipped', () => {
    expect(readWorkflow('audit.yml').jobs['audit']?.steps.at(-1)?.run).toBe('npm audit --omit=dev');
  });
});

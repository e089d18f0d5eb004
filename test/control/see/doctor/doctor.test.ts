/** A world that is well, and what an examination needs. */

import { describe, expect, it } from 'vitest';
import { doctor } from '../../../../control/see/doctor/doctor.js';
import { UsageError } from '../../../../core/errors.js';
import { inHealthyWorld, inShort, staging } from './examining.js';

const world = inHealthyWorld();

describe('a healthy world', () => {
  it('has nothing to find, and says what was looked at', async () => {
    const { findings, checks, ...about } = await world().examine();
    expect(findings).toEqual([]);
    expect(about).toEqual({
      target: 'memory',
      stage: 'main',
      askedAt: '2026-01-01T00:00:05.000Z',
      region: 'eu-central-1',
      caller: 'arn:aws:iam::000000000000:user/anna',
      clusters: ['quest/staging'],
    });
    expect(checks.map(({ name, level, about: what }) => `${level} ${name}: ${what}`)).toEqual([
      'fine access: what the caller may read',
      'fine functions: 5 functions',
      'fine reports: 1 shard, 0 dead letters',
      'fine files: 1 file',
      'fine schemas: 1 schema',
      'fine rollouts: 0 rollouts on the way',
      'fine queue: 0 waiting',
      'fine nodes: 2 nodes',
      'skipped work: no work is shared out',
      'fine quotas: AppConfig, streams, tables, runs',
    ]);
  });

  it('is looked at whole where no environment is named', async () => {
    const { clusters, findings } = await world().examine({});
    expect(clusters).toEqual(['quest/staging', 'quest/production']);
    expect(findings.map(inShort)).toEqual(['warn files quest/production/rules']);
  });

  it('needs no project: files are not compared then', async () => {
    const workspace = () => Promise.reject(new UsageError('no project', { hint: 'none' }));
    const { findings, checks } = await doctor(world().cloud, { address: staging, workspace });
    expect(findings).toEqual([]);
    expect(checks.filter(({ level }) => level === 'skipped').map(({ name }) => name)).toEqual([
      'files',
      'schemas',
      'work',
    ]);
  });

  it('refuses a name that does not exist', async () => {
    await expect(world().examine({ ...staging, profile: 'ruls' })).rejects.toThrow(
      '"ruls" is no profile of quest',
    );
  });
});

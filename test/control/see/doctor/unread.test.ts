/** What cannot be read is told, with the action that is missing. */

import { describe, expect, it } from 'vitest';
import { ServiceUnavailable } from '../../../../core/errors.js';
import { inHealthyWorld, inShort } from './examining.js';

const world = inHealthyWorld();

describe('what cannot be read', () => {
  const denied = (action: string) =>
    new ServiceUnavailable('could not look', {
      hint: 'Look at the permissions.',
      cause: Object.assign(
        new Error(
          `User: arn:aws:sts::1:assumed-role/x is not authorized to perform: ${action} on resource: arn:aws:x`,
        ),
        { name: 'AccessDeniedException' },
      ),
    });
  const sick = new ServiceUnavailable('could not look', {
    hint: 'Try again.',
    retryable: true,
    cause: Object.assign(new Error('We are sorry'), { name: 'InternalServerError' }),
  });
  const failing = (error: Error) => async () => Promise.reject(error);

  it('for want of a permission names the action that is missing, once', async () => {
    const list = failing(denied('dynamodb:Query'));
    Object.assign(world().cloud, { records: { list }, queue: failing(denied('dynamodb:GetItem')) });
    const { findings, checks } = await world().examine({});
    const unknown = findings.filter(({ level }) => level === 'unknown');
    expect(unknown.map(({ what, next }) => [what, next])).toEqual([
      [
        'lack dynamodb:GetItem: the queue (quest/production, quest/staging) cannot be read',
        'give the caller dynamodb:GetItem, or use a role that has it',
      ],
      [
        'lack dynamodb:Query: the records of nodes (quest/production, quest/staging) cannot be read',
        'give the caller dynamodb:Query, or use a role that has it',
      ],
    ]);
    expect(checks.filter(({ level }) => level === 'unknown').map(({ name }) => name)).toEqual([
      'access',
      'schemas',
      'queue',
      'nodes',
      'quotas',
    ]);
  });

  it('goes by the action that AWS names, which may come before the one that is asked for', async () => {
    Object.assign(world().cloud.upkeep, { messages: failing(denied('sqs:GetQueueUrl')) });
    expect((await world().examine()).findings).toMatchObject([
      { what: 'lack sqs:GetQueueUrl: the dead letters cannot be read' },
    ]);
  });

  it('names the action that is asked for where AWS does not', async () => {
    const cause = Object.assign(new Error('Access denied'), { name: 'AccessDeniedException' });
    const error = new ServiceUnavailable('x', { hint: '', cause });
    Object.assign(world().cloud.upkeep, { messages: failing(error) });
    expect((await world().examine()).findings).toMatchObject([
      { what: 'lack sqs:GetQueueAttributes: the dead letters cannot be read' },
    ]);
  });

  it('for one reason is told once, in the words of AWS', async () => {
    Object.assign(world().cloud, { records: { list: failing(sick) }, queue: failing(sick) });
    Object.assign(world().cloud.upkeep, { openShards: failing(sick), deployedFunction: failing(sick) });
    const { findings } = await world().examine();
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      level: 'unknown',
      check: 'access',
      where: 'AWS',
      why: 'InternalServerError: We are sorry.',
      next: 'Try again.',
    });
  });

  it('in AppConfig leaves what nodes, queue and functions tell', async () => {
    Object.assign(world().cloud, { applications: failing(sick), environment: failing(sick), letters: 2 });
    world().report({ node: 'a', label: world().label }, { node: 'b', label: world().label, arrivedAtMs: 1 });
    const { findings, clusters } = await world().examine();
    expect(clusters).toEqual(['quest/staging']);
    expect(findings.map(inShort)).toEqual([
      'warn reports dead letters',
      'warn nodes quest/staging',
      'unknown access AWS',
    ]);
  });

  it('through a mistake of ours is not swallowed', async () => {
    Object.assign(world().cloud, { queue: failing(new TypeError('ours')) });
    await expect(world().examine()).rejects.toThrow('ours');
  });
});

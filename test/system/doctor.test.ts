/** An examination of the deployed stacks and a fleet at work, over the wire: well, then broken in one way after the other. */

import { afterEach, describe, expect, it } from 'vitest';
import { openWorkspace } from '../../control/files/workspace.js';
import { doctor, type Examination } from '../../control/see/doctor/doctor.js';
import { deadLettersQueue, recordLoadFunction } from '../../core/names.js';
import type { FaultRequest } from '../../local/index.js';
import { inManualWorld, minuteMs } from './manual-world.js';

const world = inManualWorld();
const staging = { application: 'treasure-hunt', environment: 'staging' } as const;

const examine = (): Promise<Examination> =>
  world().drive(doctor(world().cloud, { address: staging, workspace: () => openWorkspace('.') }));

/** `bad work: has no node that can own a partition`. */
const told = ({ findings }: Examination): readonly string[] =>
  findings.map(({ level, check, where, what }) => `${level} ${check}: ${where} ${what}`);

const breakService = (services: FaultRequest['services'], kind: FaultRequest['kind']) =>
  world().aws.faults.begin({ services, kind, strikes: 'outside' });

afterEach(() => void world().aws.faults.end());

describe('veltrix doctor', () => {
  it('finds nothing where all is well, and names who asks', async () => {
    await world().nodes(3);
    await world().advance(minuteMs);
    const { findings, checks, caller, region } = await examine();
    expect(findings).toEqual([]);
    expect({ caller, region }).toEqual({
      caller: 'arn:aws:iam::000000000000:user/local',
      region: 'us-east-1',
    });
    expect(checks.map(({ name, level, about }) => `${level} ${name}: ${about}`)).toEqual([
      'fine access: what the caller may read',
      'fine functions: 7 functions',
      'fine reports: 1 shard, 0 dead letters',
      'fine files: 2 files',
      'fine schemas: 2 schemas',
      'fine rollouts: 0 rollouts on the way',
      'fine queue: 0 waiting',
      'fine nodes: 3 nodes',
      'fine work: 1 environment with partitions',
      'fine quotas: AppConfig, streams, tables, runs',
    ]);
  });

  it.each<[FaultRequest['services'], readonly string[]]>([
    [
      ['dynamodb'],
      [
        'unknown access: permissions lack dynamodb:GetItem: the drains (treasure-hunt/staging), the queue (treasure-hunt/staging), who owns what (treasure-hunt/staging) cannot be read',
        'unknown access: permissions lack dynamodb:Query: the records of nodes (treasure-hunt/staging) cannot be read',
      ],
    ],
    [
      ['lambda', 'sqs'],
      [
        'unknown access: permissions lack sqs:GetQueueAttributes: the dead letters cannot be read',
        'unknown access: permissions lack lambda:GetFunctionConfiguration: the functions cannot be read',
        'unknown access: permissions lack lambda:ListEventSourceMappings: what hands reports over cannot be read',
      ],
    ],
    [
      ['kinesis'],
      [
        'unknown access: permissions lack kinesis:DescribeStreamSummary: the stream of reports cannot be read',
      ],
    ],
  ])('names the actions of %s that the caller lacks', async (services, lacks) => {
    breakService(services, 'deny');
    expect(told(await examine())).toEqual(lacks);
  });

  it('says what AppConfig does not tell', async () => {
    breakService(['appconfig'], 'fail');
    const examination = await examine();
    expect(told(examination)).toEqual([
      'unknown access: AWS does not answer: what is deployed (treasure-hunt/staging), what the guard is attached to, which names are deployed cannot be read',
    ]);
    expect(examination.clusters).toEqual(['treasure-hunt/staging']);
    expect(examination.findings[0]?.why).toMatch(/^InternalServerException: appconfig fails/);
  });

  it('finds the cause before what follows from it', async () => {
    const { aws } = world();
    const name = recordLoadFunction('main');
    const { EventSourceMappings } = await aws.call<{ EventSourceMappings: { UUID: string }[] }>(
      'lambda',
      'ListEventSourceMappings',
      { FunctionName: name },
    );
    const [source] = EventSourceMappings;
    await aws.call('lambda', 'UpdateEventSourceMapping', { UUID: source?.UUID, Enabled: false });
    const QueueUrl = `${aws.endpoint}/000000000000/${deadLettersQueue('main')}`;
    await aws.call('sqs', 'SendMessage', { QueueUrl, MessageBody: '{}' });
    await aws.call('lambda', 'DeleteFunction', {
      FunctionName: 'veltrix-main-validate-treasure-hunt-limits',
    });
    await world().advance(2 * minuteMs);
    expect(told(await examine())).toEqual([
      'bad functions: function veltrix-main-validate-treasure-hunt-limits is not there',
      'bad reports: reports of nodes are not read: the event source is switched off',
      'bad nodes: treasure-hunt/staging is silent: no report of any of its 3 nodes for 2 min',
      'bad work: treasure-hunt/staging has no node that can own a partition',
      'warn reports: dead letters hold 1 message',
    ]);
  });
});

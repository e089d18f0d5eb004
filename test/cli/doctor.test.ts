import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cost } from '../../cli/commands/see/cost.js';
import { doctor } from '../../cli/commands/see/doctor.js';
import { load } from '../../cli/commands/see/load.js';
import { nodes } from '../../cli/commands/see/nodes.js';
import { ServiceUnavailable } from '../../core/errors.js';
import { assign, report, tableOf } from '../control/fleet-at-work.js';
import { createWorld, type World, yamlWith } from '../control/world.js';
import { type PersonOptions, personAt } from './person.js';

let world: World;
let label = '';
beforeEach(async () => {
  world = await createWorld();
  await world.publishAndFinish(yamlWith(5000));
  label = world.cloud.appConfig.versions.get('rules')?.[0]?.label ?? '';
  report(world, { node: 'a', label }, { node: 'b', label });
});
afterEach(() => world.project.remove());

type Typed = readonly [Parameters<ReturnType<typeof personAt>['types']>[0], readonly string[], object?];

async function page([verb, at, flags]: Typed, options: PersonOptions = {}) {
  const anna = personAt(world, { isTerminal: false, ...options });
  const ended = await anna.types(verb, at, flags);
  return { ...ended, lines: anna.shown().trimEnd().split('\n') };
}

const longest = (lines: readonly string[]) => Math.max(...lines.map((line) => line.length));

describe('veltrix doctor', () => {
  it('says who asks, what was looked at and that nothing is wrong', async () => {
    const { lines, exitCode } = await page([doctor, ['quest/staging']]);
    expect(exitCode).toBe(0);
    expect(lines.map((line) => line.replace(/Node\.js [\d.]+/, 'Node.js X'))).toEqual([
      'memory',
      '',
      'Stage      main in eu-central-1',
      'Caller     arn:aws:iam::000000000000:user/anna',
      'Looked at  quest/staging',
      'Versions   veltrix 0.0.0, Node.js X',
      '',
      '✔ access     what the caller may read',
      '✔ functions  5 functions',
      '✔ reports    1 shard, 0 dead letters',
      '✔ files      1 file',
      '✔ schemas    1 schema',
      '✔ rollouts   0 rollouts on the way',
      '✔ queue      0 waiting',
      '✔ nodes      2 nodes',
      '- work       no work is shared out',
      '✔ quotas     AppConfig, streams, tables, runs',
      '',
      '✔ Nothing is wrong: 10 checks.',
    ]);
  });

  it('tells each finding with its reason and what to do, the worst first, in 80 columns', async () => {
    const refused = { label, reason: 'coolDownMs is 5000, expected at most 500' };
    report(world, { node: 'a', label }, { node: 'b', label: 'v0-0a0a0a0a', refused });
    world.edit(yamlWith(4000));
    Object.assign(world.cloud, {
      queue: () => Promise.reject(new ServiceUnavailable('it is on fire', { hint: 'Wait.' })),
    });
    const { lines, exitCode, failure } = await page([doctor, ['quest/staging']]);
    expect(exitCode).toBe(1);
    expect(failure).toMatchObject({ code: 'VELTRIX_UNWELL', message: '1 thing wrong' });
    expect(lines.slice(7)).toEqual([
      '? access     what the caller may read',
      '✔ functions  5 functions',
      '✔ reports    1 shard, 0 dead letters',
      '! files      1 file',
      '✔ schemas    1 schema',
      '✔ rollouts   0 rollouts on the way',
      '? queue      could not be read',
      '✖ nodes      2 nodes',
      '- work       no work is shared out',
      '✔ quotas     AppConfig, streams, tables, runs',
      '',
      '✖ quest/staging has a node that refuses a version: b',
      '    Refuses rules v1-98ab5a05: coolDownMs is 5000, expected at most 500 (its',
      '    schema is 2).',
      '  → veltrix diff quest/staging/rules@v0-0a0a0a0a quest/staging/rules@1',
      '',
      '! quest/staging/rules differs: config/quest/rules.staging.yaml is not what',
      '  version 1 says',
      '    Somebody has not published yet, or what is deployed comes from another',
      '    checkout.',
      '  → veltrix plan quest/staging/rules',
      '',
      '? AWS does not answer: the queue (quest/staging) cannot be read',
      '    it is on fire.',
      '  → Wait.',
      '',
      '1 wrong · 1 to know · 1 not looked at',
    ]);
  });

  it('ends with 1 where something could not be looked at, and with 0 where somebody should know of something', async () => {
    world.edit(yamlWith(4000));
    expect((await page([doctor, ['quest/staging']])).exitCode).toBe(0);
    Object.assign(world.cloud, { arn: undefined });
    const { exitCode, failure } = await page([doctor, ['quest/staging']]);
    expect(exitCode).toBe(1);
    expect(failure).toMatchObject({ message: '1 thing could not be looked at' });
  });

  it('is as narrow as the terminal', async () => {
    world.cloud.functions.set('veltrix-main-guard-rollout', undefined);
    const { lines } = await page([doctor, ['quest/staging']], { isTerminal: true, columns: 40 });
    expect(longest(lines)).toBeLessThanOrEqual(50);
    const { lines: usual } = await page([doctor, []]);
    expect(longest(usual)).toBeLessThanOrEqual(80);
  });
});

describe('a node that cannot read who owns what', () => {
  beforeEach(() => {
    assign(world, tableOf(1, Array(64).fill('a')));
    const about = { labels: {}, health: 'ready' as const, unitsPerSecond: 10 };
    world.cloud.rosters.set('quest/staging', {
      revision: 1,
      nodes: [
        { node: 'a', incarnation: 'a-life', ...about, stuckAt: 3 },
        { node: 'b', incarnation: 'b-life', ...about },
      ],
    });
  });

  it('is told of by nodes, with the action that it lacks', async () => {
    const { lines } = await page([nodes, ['quest/staging'], { behind: true }]);
    expect(lines.slice(2, -2)).toEqual([
      '! a cannot read who owns what: it takes up no partition that it is given',
      '  → allow it dynamodb:GetItem on the table of assignments, for the key',
      '    quest/staging',
    ]);
  });

  it('is told of by load', async () => {
    const { lines } = await page([load, ['quest/staging']]);
    expect(lines.join('\n')).toContain('Stuck   a: no work that is given to it is taken up (veltrix nodes');
  });

  it('is known by its health where its polls are well', async () => {
    world.cloud.rosters.clear();
    report(
      world,
      { node: 'a', label, health: 'degraded' },
      { node: 'b', label, health: 'degraded', lastError: 'no route' },
    );
    const { lines } = await page([nodes, ['quest/staging'], { behind: true }]);
    expect(lines.filter((line) => line.startsWith('!'))).toEqual([
      '! a cannot read who owns what: it takes up no partition that it is given',
      '! b says it cannot reach AWS: it serves what it has; last error: no route',
    ]);
  });

  it('is nobody where no work is shared out', async () => {
    world.cloud.tables.clear();
    world.cloud.rosters.clear();
    report(world, { node: 'a', label, health: 'degraded' });
    const { lines } = await page([nodes, ['quest/staging'], { behind: true }]);
    expect(lines[2]).toBe('! a says it cannot reach AWS: it serves what it has');
  });
});

describe('veltrix cost', () => {
  it('shows what it counts, the arithmetic and the date of its prices, in 80 columns', async () => {
    const { lines, exitCode } = await page([cost, [], { nodes: '1000', changes: '4', partitions: '4096' }]);
    expect(exitCode).toBe(0);
    expect(lines.slice(0, 24)).toEqual([
      '  1,000  nodes                           as you say',
      '  1      profiles each                   assumed',
      '  60 s   between two polls of a profile  assumed',
      '  5 s    between two reports             assumed',
      '  4      versions of each profile a day  as you say',
      '  4,096  partitions of shared-out work   as you say',
      '',
      'AppConfig        $8.76  43.8M polls × $0.2 a million',
      '                $97.33  122k configurations received × $0.0008',
      'Kinesis         $10.95  730 hours of a shard × $0.015',
      '                 $7.36  526M reports, in units of 25 KB × $0.014 a million',
      'DynamoDB        $24.39  39M write units of records × $0.625 a million',
      '                 $2.19  3.5M write units of shared-out work × $0.625 a million',
      '               $164.25  1.31B read units of nodes × $0.125 a million',
      '                $10.76  86M read units of functions × $0.125 a million',
      'Lambda           $0.63  3.17M invocations × $0.2 a million',
      '                 $3.19  240k GB-seconds × $13.3 a million',
      'CloudWatch      $18.00  60 metrics × $0.3',
      '                 $3.00  30 alarms × $0.1',
      '                 $1.80  3.61 GB of logs × $0.5',
      'In all         $352.62  a month, $0.35 a node',
      '',
      'One version more is 1,000 deliveries: $0.80, once.',
      'List prices of us-east-1 as of 2025, without free tiers: look at them before you',
    ]);
    expect(longest(lines)).toBeLessThanOrEqual(80);
  });

  it('says what is measured of a fleet, and refuses nonsense', async () => {
    const { lines } = await page([cost, ['quest/staging']]);
    expect(lines.slice(0, 4)).toEqual([
      'memory',
      '',
      'quest/staging',
      '  2     nodes                           as it is',
    ]);
    expect((await page([cost, ['quest']])).exitCode).toBe(2);
    expect((await page([cost, [], { nodes: '0' }])).exitCode).toBe(2);
    expect((await page([cost, [], { nodes: '5', changes: '-1' }])).exitCode).toBe(2);
  });
});

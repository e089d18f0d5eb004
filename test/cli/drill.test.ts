/** `veltrix drill`, typed by somebody: it breaks a local AWS, says what it broke and until when, and nothing else ever. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { drill, drillEnd, drillOffline, drillOutage } from '../../cli/commands/local-aws/drill.js';
import { allServices } from '../../cli/local-aws/faults.js';
import { type LocalAws, startLocalAws } from '../../local/index.js';
import { ManualClock } from '../../local/kernel/clock.js';
import { createWorld, type World } from '../control/world.js';
import { type Person, personAt } from './person.js';

let aws: LocalAws;
let world: World;
const clock = new ManualClock();
beforeAll(async () => {
  aws = await startLocalAws({ port: 0, clock });
  world = await createWorld();
});
afterEach(() => void aws.faults.end());
afterAll(async () => {
  world.project.remove();
  await aws.close();
});

function person(environment: NodeJS.ProcessEnv = { AWS_ENDPOINT_URL: aws.endpoint }): Person {
  const somebody = personAt(world, { isTerminal: false });
  Object.assign(somebody.context, { environment });
  return somebody;
}

describe('veltrix drill', () => {
  it('outage makes one service sick for ten minutes, and says so', async () => {
    const somebody = person();
    expect((await somebody.types(drillOutage, ['dynamodb'])).exitCode).toBe(0);
    expect(aws.faults.list()).toMatchObject([
      { service: 'dynamodb', kind: 'fail', strikes: 'all', untilMs: clock.now() + 600_000 },
    ]);
    expect(somebody.shown()).toBe(
      [
        `local AWS at ${aws.endpoint}`,
        '  dynamodb  fails until 2026-01-01 00:10 UTC, struck 0 calls',
        '',
        '  → see it: veltrix status --watch; end it: veltrix drill end',
        '',
      ].join('\n'),
    );
  });

  it.each([
    [{}, { kind: 'fail' }],
    [{ how: 'throttle' }, { kind: 'throttle' }],
    [{ how: 'drop' }, { kind: 'drop' }],
    [{ how: 'delay' }, { kind: 'delay', delayMs: 15_000 }],
    [{ for: '40m' }, { untilMs: clock.now() + 2_400_000 }],
  ])('outage appconfig with %o strikes both of its planes', async (options, fault) => {
    await person().types(drillOutage, ['appconfig'], options);
    expect(aws.faults.list()).toMatchObject([
      { service: 'appconfig', ...fault },
      { service: 'appconfigdata', ...fault },
    ]);
  });

  it('offline cuts this machine off everything, and leaves functions alone', async () => {
    const somebody = person();
    await somebody.types(drillOffline, [], { for: '90s' });
    const faults = aws.faults.list();
    const there = (await (await fetch(`${aws.endpoint}/_local/health`)).json()) as { services: string[] };
    expect(faults.map(({ service }) => service).sort()).toEqual([...there.services].sort());
    expect(allServices).toHaveLength(there.services.length);
    for (const fault of faults)
      expect(fault).toMatchObject({ kind: 'drop', strikes: 'outside', untilMs: clock.now() + 90_000 });
    expect(somebody.shown()).toContain('  all of AWS, from here,  drops calls until 2026-01-01 00:01 UTC');
  });

  it('alone lists what is sick, and end ends it', async () => {
    const somebody = person();
    await somebody.types(drill, []);
    expect(somebody.shown()).toContain('No drill is on.');
    aws.faults.begin({ services: ['kinesis'], kind: 'throttle' });
    await aws.call('kinesis', 'ListStreams', {}).catch(() => undefined);
    await somebody.types(drill, []);
    expect(somebody.shown()).toContain('  kinesis  throttles, struck 1 call\n');
    await somebody.types(drillEnd, []);
    expect(somebody.shown()).toContain('✔ the drill is over: it struck 1 call\n');
    expect(aws.faults.list()).toEqual([]);
    await somebody.types(drillEnd, []);
    expect(somebody.shown().match(/No drill is on\./g)).toHaveLength(2);
  });

  it.each([
    [['s3'], {}, '<service>: expected one of appconfig, kinesis, dynamodb'],
    [['kinesis'], { how: 'explode' }, '--how: '],
    [['kinesis'], { for: '25h' }, '--for: expected at most 24h'],
    [['kinesis'], { for: 'long' }, '"long" is not a duration'],
  ])('refuses %o with %o', async (positional, options, message) => {
    const somebody = person();
    expect((await somebody.types(drillOutage, positional, options)).exitCode).toBe(2);
    expect(somebody.shown()).toContain(message);
    expect(aws.faults.list()).toEqual([]);
  });
});

describe('a real AWS', () => {
  let asked: string[] = [];
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end('{"status":"ok"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    asked = [];
  });
  afterAll(() => void server.close());

  const commands = [
    ['outage', drillOutage, ['kinesis']],
    ['offline', drillOffline, []],
    ['end', drillEnd, []],
    ['nothing more', drill, []],
  ] as const;

  it.each(commands)('is refused by drill %s before anything is sent', async (_, command, positional) => {
    for (const [environment, target] of [
      [{ AWS_PROFILE: 'prod', AWS_REGION: 'eu-west-1' }, 'AWS eu-west-1 (profile prod)'],
      [
        { AWS_ENDPOINT_URL: 'https://kinesis.eu-west-1.amazonaws.com' },
        'AWS at https://kinesis.eu-west-1.amazonaws.com',
      ],
      [{ AWS_ACCESS_KEY_ID: 'AKIA', AWS_REGION: 'eu-west-1' }, 'AWS eu-west-1'],
    ] as const) {
      const somebody = person({ ...environment });
      expect((await somebody.types(command, positional)).exitCode).toBe(2);
      expect(somebody.shown().replace(/\s+/g, ' ')).toContain(
        `A drill breaks a local AWS only, and this is ${target}`,
      );
    }
    expect(aws.faults.list()).toEqual([]);
  });

  it.each(commands)(
    'behind a port of this machine is refused by drill %s as well',
    async (_, command, positional) => {
      const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const somebody = person({ AWS_ENDPOINT_URL: endpoint });
      expect((await somebody.types(command, positional)).exitCode).toBe(2);
      expect(somebody.shown().replace(/\s+/g, ' ')).toContain(`nothing at ${endpoint} says that it is one`);
      expect(asked).toEqual(['GET /_local/health']);
    },
  );
});

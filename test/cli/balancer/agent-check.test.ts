import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agentCheck } from '../../../cli/commands/see/agent-check.js';
import { ServiceUnavailable, UsageError } from '../../../core/errors.js';
import { epochMs } from '../../../core/time.js';
import { report } from '../../control/fleet-at-work.js';
import { startMs } from '../../control/in-memory-cloud.js';
import { createWorld, type World } from '../../control/world.js';
import { personAt } from '../person.js';

const at = ['quest/staging'];

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

const fleet = () =>
  report(
    world,
    { node: 'n1', endpoint: 'http://10.0.0.7:8080', load: { capacity: 100 } },
    { node: 'n2', endpoint: 'https://[fd00::7]', load: { capacity: 50 } },
  );
const outage = () => Promise.reject(new ServiceUnavailable('the table does not answer', { hint: 'none' }));

/** Runs it, and does something at each look; it ends after the last. */
async function serving(options: { readonly json?: boolean }, steps: readonly ((port: number) => unknown)[]) {
  const anna = personAt(world, { isTerminal: false, ...options });
  const controller = new AbortController();
  const context = { ...anna.context, signal: controller.signal };
  let look = 0;
  world.cloud.wait = async (durationMs) => {
    world.cloud.appConfig.nowMs += durationMs;
    const port = Number(/"port":(\d+)|127\.0\.0\.1:(\d+)/.exec(anna.shown())?.slice(1).find(Boolean));
    await steps[look]?.(port);
    look += 1;
    if (look > steps.length) controller.abort();
    world.cloud.onWait();
  };
  await agentCheck(context, { positional: at, options: { port: '0' } });
  return anna.shown().trimEnd().split('\n');
}

async function ask(port: number, node: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${node}\n`);
  let text = '';
  socket.on('data', (bytes) => (text += bytes.toString()));
  await once(socket, 'close');
  return text;
}

describe('veltrix agent-check', () => {
  it('answers by what nodes report and who is drained, until it is interrupted', async () => {
    fleet();
    const heard: string[] = [];
    const drain = {
      node: 'n1',
      sinceMs: epochMs(startMs),
      untilMs: epochMs(startMs + 60_000),
      reason: 'hot',
      by: 'a',
    };
    const lines = await serving({}, [
      async (port) => heard.push(await ask(port, 'n1'), await ask(port, 'n2'), await ask(port, 'n3')),
      () => world.cloud.drained.set('quest/staging', [drain]),
      async (port) => heard.push(await ask(port, 'n1'), await ask(port, 'n2')),
    ]);
    expect(heard).toEqual([
      'up 100%\n',
      'up 50%\n',
      'up #no node of that name reports here\n',
      'up 0%\n',
      'up 75%\n',
    ]);
    expect(lines).toEqual([
      expect.stringMatching(/^Answers for 2 nodes of quest\/staging on 127\.0\.0\.1:\d+, until Ctrl-C\.$/),
    ]);
  });

  it('keeps its answers while nothing can be read, says so once, and says when that is over', async () => {
    fleet();
    const heard: string[] = [];
    const { list } = world.cloud.records;
    const lines = await serving({}, [
      () => {
        world.cloud.records.list = outage;
      },
      async (port) => heard.push(await ask(port, 'n2')),
      async (port) => heard.push(await ask(port, 'n2')),
      () => {
        world.cloud.records.list = list;
      },
    ]);
    expect(heard).toEqual(['up 50%\n', 'up 50%\n']);
    expect(lines.slice(1)).toEqual([
      '! the table does not answer; the last answers stay',
      '✔ reads again: answers are new',
    ]);
  });

  it('keeps its answers where most nodes look dead', async () => {
    fleet();
    const heard: string[] = [];
    const lines = await serving({ json: true }, [
      () => {
        world.cloud.onWait = () => undefined;
        world.cloud.appConfig.nowMs += 100_000;
      },
      async (port) => heard.push(await ask(port, 'n2')),
    ]);
    expect(heard).toEqual(['up 50%\n']);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { cluster: 'quest/staging', host: '127.0.0.1', port: expect.any(Number), nodes: 2 },
      { trouble: '2 of 2 nodes of quest/staging are silent: the measurement is suspect' },
    ]);
  });

  it('begins all the same where AWS is sick, knowing nobody', async () => {
    world.cloud.records.list = outage;
    const heard: string[] = [];
    const lines = await serving({}, [async (port) => heard.push(await ask(port, 'n1'))]);
    expect(heard).toEqual(['up #no node of that name reports here\n']);
    expect(lines[0]).toBe('! the table does not answer; the last answers stay');
  });

  it('refuses a name that does not exist', async () => {
    world.cloud.environment = () =>
      Promise.reject(new UsageError('"quset"', { hint: 'Did you mean "quest"?' }));
    expect((await personAt(world).types(agentCheck, ['quset/staging'], { port: '0' })).exitCode).toBe(2);
  });
});

describe('veltrix agent-check --print-config', () => {
  const printed = async (options = {}) => {
    const anna = personAt(world, { isTerminal: false });
    const { exitCode } = await anna.types(agentCheck, at, { printConfig: true, ...options });
    expect(exitCode).toBe(0);
    return anna.shown().trimEnd().split('\n');
  };

  it('prints a server for each node that is there', async () => {
    fleet();
    expect(await printed()).toEqual([
      '# Beside this HAProxy: veltrix agent-check quest/staging --port 9707',
      '# Print it again and reload when nodes come or go.',
      'backend quest-staging',
      '    mode http',
      '    balance leastconn',
      '    option redispatch',
      '    retries 2',
      '    retry-on conn-failure',
      '    default-server weight 100 check inter 2s fall 2 rise 2 slowstart 30s observe layer4 error-limit 2 on-error mark-down',
      '    default-server agent-check agent-inter 2s agent-addr 127.0.0.1 agent-port 9707',
      '    server n1 10.0.0.7:8080 agent-send "n1\\n"',
      '    server n2 [fd00::7]:443 ssl verify required ca-file @system-ca agent-send "n2\\n"',
    ]);
  });

  it('says where the agent is', async () => {
    fleet();
    expect((await printed({ host: '10.0.0.9', port: '9800' })).join('\n')).toContain(
      'agent-addr 10.0.0.9 agent-port 9800',
    );
  });

  it('escapes names, keeps them apart, and leaves out what cannot be reached', async () => {
    const endpoint = 'http://10.0.0.7:80';
    report(
      world,
      { node: 'a "b" $HOME \\', endpoint },
      { node: 'a_', endpoint },
      { node: 'a ', endpoint },
      { node: 'line\nfeed', endpoint },
      { node: 'nowhere' },
      { node: 'odd', endpoint: 'not a url' },
      { node: 'gone', endpoint, health: 'stopped' },
    );
    const lines = (await printed()).slice(10).map((line) => line.trim());
    expect(lines.toSorted()).toEqual(
      [
        'server a__b___HOME__ 10.0.0.7:80 agent-send "a \\"b\\" \\$HOME \\\\\\n"',
        'server a_ 10.0.0.7:80 agent-send "a \\n"',
        'server a__2 10.0.0.7:80 agent-send "a_\\n"',
        '# "line\\nfeed": HAProxy cannot ask for a name with a line feed in it',
        '# "nowhere": it reports no endpoint that HAProxy could reach',
        '# "odd": it reports no endpoint that HAProxy could reach',
      ].toSorted(),
    );
  });
});

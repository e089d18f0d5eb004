/** Programs that are not in every story's path, or not on every machine. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withScratch } from '../../../bench/machinery/scratch.js';
import { ProgramFiles, type Server, withServers } from '../../../bench/stories/servers.js';

const timeoutMs = 60_000;

const node = (NODE: string, environment: Record<string, string> = {}) => ({
  name: 'fleet-node',
  environment: { NODE, SPEED: '1', SLOTS: '1', QUEUE_MAX: '0', WORK_MS: '1', ...environment },
});

let end: () => void = () => undefined;
let ended: Promise<void>;
let files: ProgramFiles;

beforeAll(async () => {
  await new Promise<void>((ready) => {
    ended = withScratch(async (directory) => {
      files = new ProgramFiles(directory);
      ready();
      await new Promise<void>((resolve) => {
        end = resolve;
      });
    });
  });
});
afterAll(async () => {
  end();
  await ended;
});

const textOf = async ({ port }: Server, path: string) => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: answer.status, text: await answer.text() };
};

describe('the small weighted balancer', () => {
  it(
    'gives each server its share in turn, and what a dead one should have to the next',
    () =>
      withServers(files, [node('large'), node('small')], async ([large, small]) => {
        const servers = [
          { port: large?.port, weight: 3 },
          { port: small?.port, weight: 1 },
        ];
        const balanced = (weighted: readonly unknown[]) => ({
          name: 'weighted-balancer',
          environment: { SERVERS: JSON.stringify(weighted) },
        });
        await withServers(
          files,
          [balanced(servers), balanced([...servers, { port: 1, weight: 4 }])],
          async (both) => {
            const eight = async (balancer: Server | undefined) => {
              const answers = [];
              for (let time = 0; balancer && time < 8; time += 1)
                answers.push((await textOf(balancer, '/?number=1')).text);
              return answers;
            };
            const spread = await eight(both[0]);
            expect(spread.filter((name) => name === 'large')).toHaveLength(6);
            // Smooth: the smaller one comes between, not at the end.
            expect(spread.slice(0, 4)).toContain('small');
            expect(new Set(await eight(both[1]))).toEqual(new Set(['large', 'small']));
          },
        );
      }),
    timeoutMs,
  );
});

describe('a node of a fleet', () => {
  it(
    'does one thing at a time in one place, and turns the next away',
    () =>
      withServers(files, [node('one', { WORK_MS: '300' })], async ([one]) => {
        if (!one) throw new Error('no server');
        const answers = await Promise.all([textOf(one, '/?number=3'), textOf(one, '/?number=3')]);
        expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 503]);
        expect(answers.find(({ status }) => status === 503)?.text).toBe('overflow');
      }),
    timeoutMs,
  );

  it(
    'says what work was sent to it, more of it while it is slow',
    () =>
      withServers(files, [node('one')], async ([one]) => {
        if (!one) throw new Error('no server');
        const offered = async () =>
          Object.values((await one.ask('/offered')) as Record<string, number>)[0] ?? 0;
        await textOf(one, '/?number=5');
        const usual = await offered();
        await one.ask('/slow?times=4');
        await textOf(one, '/?number=5');
        expect((await offered()) / usual).toBeCloseTo(5, 6);
      }),
    timeoutMs,
  );

  it(
    'refuses everybody while it is gone, and comes back at its port',
    () =>
      withServers(files, [node('one')], async ([one]) => {
        if (!one) throw new Error('no server');
        await one.ask('/vanish?forMs=400');
        const refused = async () => {
          try {
            await textOf(one, '/?number=1');
            return false;
          } catch {
            return true;
          }
        };
        await expect.poll(refused, { interval: 10, timeout: 2_000 }).toBe(true);
        await expect.poll(refused, { interval: 50, timeout: 10_000 }).toBe(false);
      }),
    timeoutMs,
  );

  it(
    'asks the store before it grants where that is asked of it, and writes the grant down',
    () =>
      withServers(files, [{ name: 'config-server' }], ([store]) =>
        withServers(files, [node('one', { STORE_PORT: String(store?.port) })], async ([one]) => {
          if (!one || !store) throw new Error('no server');
          const busy = async () => (await store.ask('/busy')) as { busyMs: number };
          await textOf(one, '/reserve?key=a&number=1');
          expect(await busy()).toEqual({ busyMs: 0 });
          await textOf(one, '/locked?key=a&number=2');
          expect(await busy()).toEqual({ busyMs: 2 });
          expect(await one.ask('/grants')).toHaveLength(2);
        }),
      ),
    timeoutMs,
  );
});

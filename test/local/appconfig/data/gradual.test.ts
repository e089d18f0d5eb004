import { describe, expect, it } from 'vitest';
import { begin, inWorld } from '../in-world.js';
import { addVersion, createStrategy, deploy, minuteMs, type Poller, start, startPoller } from '../world.js';

const { world, place } = inWorld({ content: '{"a":1}', label: 'v1-abc' });

describe('a gradual rollout', () => {
  const fleet = async (size: number): Promise<Poller[]> => {
    const pollers: Poller[] = [];
    for (let count = 0; count < size; count++) pollers.push(await startPoller(world, place));
    return pollers;
  };
  const pollAll = async (pollers: readonly Poller[]) => Promise.all(pollers.map((poller) => poller.poll()));

  it('reaches more and more of a fleet, and nobody it reached falls back', async () => {
    await deploy(world, place, '1');
    await addVersion(world, place, { content: '{"a":2}' });
    const pollers = await fleet(40);
    await pollAll(pollers);
    await start(world, place, { version: '2', strategy: await createStrategy(world, {}) });
    const reached = new Set<Poller>();
    const counts: number[] = [];
    for (let step = 0; step < 5; step++) {
      const answers = await pollAll(pollers);
      for (const [index, answer] of answers.entries()) {
        const poller = pollers[index];
        if (!poller) continue;
        if (reached.has(poller)) expect(answer).toBe('');
        else if (answer !== '') {
          expect(answer).toBe('{"a":2}');
          reached.add(poller);
        }
      }
      counts.push(reached.size);
      await world.clock.advance(3 * minuteMs);
    }
    expect(counts[0]).toBe(0);
    expect(counts[4]).toBe(40);
    expect(counts[1]).toBeGreaterThan(2);
    expect(counts[1]).toBeLessThan(20);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });

  it('gives nobody anything before its first step, and not an error either, when it is the first deployment', async () => {
    await start(world, place, { version: '1', strategy: await createStrategy(world, {}) });
    await world.clock.advance(3 * minuteMs - 1);
    const pollers = await fleet(30);
    expect(new Set(await pollAll(pollers))).toEqual(new Set(['']));
    await world.clock.advance(1);
    expect(new Set(await pollAll(pollers))).toEqual(new Set(['', '{"a":1}']));
    await world.clock.advance(12 * minuteMs);
    const late = await pollAll(pollers);
    expect(late.filter((answer) => answer !== '').length).toBeGreaterThan(0);
    expect(new Set(await pollAll(pollers))).toEqual(new Set(['']));
  });

  it('draws a new bucket for a new session', async () => {
    await deploy(world, place, '1');
    await addVersion(world, place, { content: '{"a":2}' });
    await start(world, place, { version: '2', strategy: await createStrategy(world, {}) });
    await world.clock.advance(6 * minuteMs);
    const answers = await pollAll(await fleet(30));
    expect(new Set(answers)).toEqual(new Set(['{"a":1}', '{"a":2}']));
  });

  it('is repeated exactly by the same seed', async () => {
    const run = async () => {
      const { world: there, place: spot } = await begin({ seed: 'fixed' }, { content: 'x' });
      await start(there, spot, { version: '1', strategy: await createStrategy(there, {}) });
      await there.clock.advance(6 * minuteMs);
      const answers: string[] = [];
      for (let count = 0; count < 20; count++) answers.push(await (await startPoller(there, spot)).poll());
      return answers;
    };
    expect(await run()).toEqual(await run());
  });
});

import { describe, expect, it } from 'vitest';
import { createWorkQueue } from '../../sample/work-queue.js';
import { type Limits, limitsInput } from './game/gameplay.js';

/** A queue of one place, work that ends when told to, and a record of what happened. */
function createScene(limits: { value: Limits } = { value: limitsInput }) {
  const depths: number[] = [];
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const queue = createWorkQueue({
    capacity: 1,
    limits: () => limits.value,
    onDepth: (depth) => depths.push(depth),
  });
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve) => ends.push(() => resolve(name)));
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const endNext = async () => {
    ends.shift()?.();
    await settle();
  };
  return { queue, work, depths, begun, endNext };
}

describe('the work queue', () => {
  it('begins work at once while there is room, and the rest in order of arrival', async () => {
    const { queue, work, begun, depths, endNext } = createScene();
    const results = ['a', 'b', 'c'].map((name) => queue.run('captain', work(name)));
    expect(begun).toEqual(['a']);
    await endNext();
    await endNext();
    await endNext();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c']);
    expect(begun).toEqual(['a', 'b', 'c']);
    expect(depths).toEqual([1, 2, 1, 0]);
  });

  it('turns away when as many wait as the node admits', async () => {
    const { queue, work, begun } = createScene();
    for (const name of ['a', 'b', 'c', 'd']) void queue.run('captain', work(name));
    expect(await queue.run('captain', work('e'))).toBe('full');
    expect(begun).toEqual(['a']);
  });

  it('turns a tier away when it has its share, and leaves the others theirs', async () => {
    const { queue, work, depths } = createScene();
    void queue.run('free', work('a'));
    void queue.run('free', work('b'));
    expect(await queue.run('free', work('c'))).toBe('full');
    void queue.run('explorer', work('d'));
    expect(depths).toEqual([1, 2]);
  });

  it('follows limits that change while work waits', async () => {
    const limits = { value: limitsInput };
    const { queue, work, depths } = createScene(limits);
    void queue.run('captain', work('a'));
    void queue.run('captain', work('b'));
    limits.value = { ...limitsInput, queueSize: 1 };
    expect(await queue.run('captain', work('c'))).toBe('full');
    limits.value = limitsInput;
    void queue.run('captain', work('d'));
    expect(depths).toEqual([1, 2]);
  });

  it('goes on after work that failed', async () => {
    const { queue, work, begun } = createScene();
    const failed = queue.run('free', () => Promise.reject(new Error('broken')));
    const next = queue.run('free', work('b'));
    await expect(failed).rejects.toThrow('broken');
    await expect.poll(() => begun).toEqual(['b']);
    void next;
  });

  it('hands its place on before anybody who arrives meanwhile', async () => {
    const { queue, work, begun, endNext } = createScene();
    void queue.run('captain', work('a'));
    void queue.run('captain', work('b'));
    await endNext();
    void queue.run('captain', work('c'));
    expect(begun).toEqual(['a', 'b']);
  });
});

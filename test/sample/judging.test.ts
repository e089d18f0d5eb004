import { describe, expect, it } from 'vitest';
import { ask, type LookUp, simulatedLookUp } from '../../sample/judging.js';

/** A service that fails this often before it answers. */
function failing(times: number): { lookUp: LookUp; asked: () => number } {
  let asked = 0;
  const lookUp = async () => {
    asked += 1;
    if (asked <= times) throw new Error(`failure ${asked}`);
  };
  return { lookUp, asked: () => asked };
}

const silent: LookUp = (signal) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('asking', () => {
  it.each([
    ['a service that answers', 0, 2, 1],
    ['one that fails once', 1, 2, 2],
    ['one that fails as often as there are retries', 2, 2, 3],
  ])('%s ends well', async (_, failures, retries, asked) => {
    const service = failing(failures);
    await ask(service.lookUp, { timeoutMs: 1000, retries });
    expect(service.asked()).toBe(asked);
  });

  it('ends with the last failure when the retries are used up', async () => {
    const service = failing(9);
    await expect(ask(service.lookUp, { timeoutMs: 1000, retries: 2 })).rejects.toThrow('failure 3');
    expect(service.asked()).toBe(3);
  });

  it('gives up on a service that is silent', async () => {
    await expect(ask(silent, { timeoutMs: 5, retries: 1 })).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('the simulated service', () => {
  it('is cut short by a time-out below its usual pace', async () => {
    const lookUp = simulatedLookUp(() => 0.5);
    await expect(ask(lookUp, { timeoutMs: 5, retries: 0 })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('fails now and then', async () => {
    const draws = [0.5, 0, 0];
    const lookUp = simulatedLookUp(() => draws.shift() ?? 0);
    await expect(ask(lookUp, { timeoutMs: 1000, retries: 0 })).rejects.toThrow('the map service failed');
  });
});

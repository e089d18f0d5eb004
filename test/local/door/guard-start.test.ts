/** A guard on the machine's own clock: AppConfig's three seconds are for its answer, not for the start of its process. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/index.js';
import { createFunction, rollOut } from './guarded.js';

let aws: LocalAws;
beforeEach(async () => {
  // A rollout of half an hour and its bake, in half a second.
  aws = await startLocalAws({ port: 0, speed: 4_000, seed: 'test' });
});
afterEach(() => aws.close());

const pause = (ms: number) => `new Promise((resolve) => setTimeout(resolve, ${ms}))`;
const goOn = "export const handler = async () => ({ Directive: 'CONTINUE' });";
const endOf = async (source: string) => {
  await createFunction(aws, 'guard', { source, settings: { Timeout: 10 } });
  const rollout = await rollOut(aws, 'guard');
  const state = async () => (await rollout()).State;
  await expect.poll(state, { timeout: 20_000 }).toMatch(/^(COMPLETE|ROLLED_BACK)$/);
  const { State, EventLog } = await rollout();
  return { State, causes: EventLog.filter(({ EventType }) => EventType === 'ROLLBACK_STARTED') };
};

describe('a guard on the machine’s clock', () => {
  it('may take four seconds to load', async () => {
    expect(await endOf(`await ${pause(4_000)}; ${goOn}`)).toEqual({ State: 'COMPLETE', causes: [] });
  });

  it('may not take four seconds to answer', async () => {
    const { State, causes } = await endOf(`export const handler = () => ${pause(4_000)};`);
    expect(State).toBe('ROLLED_BACK');
    expect(causes[0]?.Description).toMatch(
      /^Error invoking extension guards: \S+:function:guard did not answer within 3 s$/,
    );
  });

  it('that cannot be loaded rolls back, and the log says why', async () => {
    const { State, causes } = await endOf("throw new TypeError('no settings'); export const handler = 1;");
    expect(State).toBe('ROLLED_BACK');
    expect(causes[0]?.Description).toBe('Error invoking extension guards: no settings');
  });
});

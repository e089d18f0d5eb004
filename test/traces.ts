/** Files that share a process must leave it as they found it: the next one would see what they changed. */

import { afterAll, expect } from 'vitest';

const environment = process.env;
const { Request, Response, fetch } = globalThis;
const before = state();

afterAll(() => {
  // What wraps the process's own object writes through to it; one that was put in its place would not.
  expect(process.env).toBe(environment);
  expect(state()).toEqual(before);
  for (const [name, value] of Object.entries({ Request, Response, fetch }))
    expect(Reflect.get(globalThis, name), name).toBe(value);
});

/** But for what Powertools sets for the SDK as soon as it is imported. */
function state(): NodeJS.ProcessEnv {
  return { ...process.env, AWS_SDK_UA_APP_ID: undefined };
}

/** Files that share a process must leave it as they found it: the next one would see what they changed. */

import { afterAll, expect } from 'vitest';

const environment = process.env;
const before = { ...environment };

afterAll(() => {
  // What wraps the process's own object writes through to it; one that was put in its place would not.
  expect(process.env).toBe(environment);
  expect({ ...process.env }).toEqual(before);
});

/** Against a real HAProxy where one is installed; where none is, the program says that nothing was proved. */

import { expect, it } from 'vitest';
import { haproxyVersion } from '../../../bench/programs/haproxy/balancer.js';
import { describeProof, proveHaproxy } from '../../../bench/programs/haproxy/prove.js';

it('HAProxy does what the agent says', { timeout: 120_000 }, async () => {
  const version = haproxyVersion();
  const steps = await proveHaproxy();
  expect(steps.filter(({ holds }) => !holds)).toEqual([]);
  expect(steps).toHaveLength(version === undefined ? 0 : 7);
});

it('a proof that did not happen is not told as one', () => {
  expect(describeProof(undefined, [])).toEqual(['HAProxy is not installed here: nothing was proved.']);
  const step = { what: 'it drains', holds: false, seen: '3 of 300 requests' };
  expect(describeProof('HAProxy 2.6', [step])).toEqual(['HAProxy 2.6', '✖ it drains\n    3 of 300 requests']);
});

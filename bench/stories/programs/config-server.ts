/**
 * The one configuration server: every read holds its one lock for as long as reading the store takes. What waits for the lock is
 * its backlog, and the backlog has a bound.
 */

import { Benches } from '../parts/benches.js';
import { serve } from '../parts/serve.js';

/** A row by its key and back, over a network: what the store of a server takes at its best. */
const holdMs = 2;
const backlogMax = 256;

const lock = new Benches({ benches: 1, waitingMax: backlogMax });

await serve((url, answer) => {
  if (url.pathname === '/busy') return answer(200, JSON.stringify({ busyMs: lock.busyMs }));
  const isTaken = lock.take(holdMs, () => answer(200, '{"coolDownMs":30000}'));
  if (!isTaken) answer(503, 'overflow');
});

/** The lock server: `/acquire?mode=shared` is answered with a ticket when its turn comes, `/release?ticket=` gives it back. */

import { FairLock } from '../parts/fair-lock.js';
import { serve } from '../parts/serve.js';

/** ZooKeeper's usual session. */
const sessionMs = 10_000;
const waitingMax = 1_024;

const lock = new FairLock({
  sessionMs,
  waitingMax,
  after: (durationMs, call) => {
    const timer = setTimeout(call, durationMs);
    return () => clearTimeout(timer);
  },
});

await serve((url, answer) => {
  if (url.pathname === '/release') {
    const isHeld = lock.release(Number(url.searchParams.get('ticket')));
    return answer(isHeld ? 200 : 409, isHeld ? '{}' : 'lost');
  }
  const mode = url.searchParams.get('mode') === 'exclusive' ? 'exclusive' : 'shared';
  if (!lock.acquire(mode, (ticket) => answer(200, String(ticket)))) answer(503, 'overflow');
});

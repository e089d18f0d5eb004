/**
 * A configuration layer that keeps every raw document in memory, parses it anew for each reader, so that nobody can spoil it for
 * the others, and gives each watch a copy of its own, to compare the next version with.
 */

import { appConfigSessions } from '../../../aws/appconfig/configuration-sessions.js';
import { serve } from '../parts/serve.js';

/** As AppConfig asks. */
const pollMs = 60_000;
const profiles = ['gameplay', 'limits'];

interface Gameplay {
  readonly coolDownMs: number;
}

const raw = new Map<string, string>();
let watches: { last: Gameplay }[] = [];

const sessions = appConfigSessions();
for (const profile of profiles) await follow(profile);

await serve((url, answer) => {
  const count = url.searchParams.get('watches');
  if (count !== null) watches = Array.from({ length: Number(count) }, () => ({ last: read() }));
  if (url.pathname === '/parse') return answer(200, JSON.stringify({ ms: parseMs() }));
  answer(200, count === null ? String(read().coolDownMs) : String(watches.length));
});

function read(): Gameplay {
  return JSON.parse(raw.get('gameplay') ?? '');
}

async function follow(profile: string): Promise<void> {
  const { signal } = new AbortController();
  const target = { application: 'treasure-hunt', environment: 'production', profile };
  const started = await sessions.start(target, signal);
  if (started.kind !== 'started') throw new Error(started.reason);
  let token = await poll(profile, started.token);
  setInterval(async () => {
    token = await poll(profile, token);
  }, pollMs);
}

async function poll(profile: string, token: string): Promise<string> {
  const answer = await sessions.poll(token, new AbortController().signal);
  if (answer.kind !== 'content' && answer.kind !== 'unchanged') throw new Error(answer.reason);
  if (answer.kind === 'content') {
    raw.set(profile, Buffer.from(answer.bytes).toString());
    for (const watch of watches) watch.last = read();
  }
  return answer.nextToken;
}

/** What one reading takes: so the curve can begin below this machine's knee and end above it. */
function parseMs(): number {
  const times = 100;
  const beganMs = performance.now();
  for (let time = 0; time < times; time += 1) read();
  return (performance.now() - beganMs) / times;
}

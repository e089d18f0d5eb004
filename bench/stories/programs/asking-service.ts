/** A service that asks the configuration server in each of its requests, over connections that it keeps. */

import { setTimeout } from 'node:timers/promises';
import { ask } from '../parts/ask.js';
import { type Answer, serve } from '../parts/serve.js';

/** What a request does besides. */
const workMs = Number(process.env['WORK_MS']);
const configPort = Number(process.env['CONFIG_PORT']);

await serve((_, answer) => void work(answer));

async function work(answer: Answer): Promise<void> {
  const { status, body } = await ask(configPort, '/coolDownMs');
  if (status !== 200) return answer(503, 'overflow');
  await setTimeout(workMs);
  answer(200, body);
}

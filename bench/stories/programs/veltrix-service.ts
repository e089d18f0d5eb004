/** A service with the Veltrix client: configuration is read from memory, and whoever wants to know of changes listens. */

import { connect } from '../../../client/index.js';
import { treasureHunt } from '../../../config/treasure-hunt/application.js';
import { serve } from '../parts/serve.js';
import { startTimeoutMs } from '../parts/start-timeout.js';

/** What a request does besides. */
const workMs = Number(process.env['WORK_MS'] ?? 0);

const { config } = await connect(treasureHunt, {
  environment: 'production',
  directory: false,
  startTimeoutMs,
});

/** The last value that each watch was told of. */
let watches: { last: unknown; readonly end: () => void }[] = [];

await serve((url, answer) => {
  const count = url.searchParams.get('watches');
  if (count !== null) {
    watchTimes(Number(count));
    return answer(200, String(watches.length));
  }
  const text = String(config.gameplay.get().coolDownMs);
  if (workMs === 0) answer(200, text);
  else setTimeout(() => answer(200, text), workMs);
});

function watchTimes(count: number): void {
  for (const { end } of watches) end();
  watches = Array.from({ length: count }, () => {
    const end = config.gameplay.onChange(({ value }) => {
      watch.last = value;
    });
    const watch = { last: config.gameplay.get() as unknown, end };
    return watch;
  });
}

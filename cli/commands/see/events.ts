/** `veltrix events`: change events as consumers receive them. */

import * as z from 'zod';
import { events as readEvents } from '../../../control/see/events.js';
import type { ChangeEvent } from '../../../core/delivery/change-events.js';
import { defineCommand } from '../../command.js';
import { address, flag } from '../../parse-arguments.js';
import { byWord, factLines, timeOfDay } from '../../terminal/layout.js';
import type { Screen } from '../../terminal/screen.js';

export const events = defineCommand({
  args: z.object({ address: address.default({}), follow: flag }),
  positional: ['address'],
  async run({ cloud, screen, json, signal }, args): Promise<undefined> {
    let shown = 0;
    for await (const event of readEvents(await cloud(), { ...args, signal })) {
      if (json) screen.json(event);
      else for (const line of describeEvent(event, screen)) screen.line(line);
      shown++;
    }
    if (shown === 0 && !json) screen.line('The stream holds no change event here.');
    return undefined;
  },
  render: () => [],
});

/** When, of what, and what happened; whatever belongs to it stands below, as far as it does not fit beside. */
function describeEvent({ time, type, subject, data }: ChangeEvent, screen: Screen): readonly string[] {
  const { paint } = screen;
  // A line of a log stays one line.
  const columns = screen.isTerminal ? screen.columns : Number.POSITIVE_INFINITY;
  const what = type.replace('dev.veltrix.deployment.', '');
  const share = data.percentage === undefined ? '' : ` ${data.percentage} %`;
  const colour = /roll|revert/.test(what) ? paint.bad : /completed/.test(what) ? paint.good : paint.code;
  const about = data.ordinal === 0 ? [data.reason && `"${data.reason}"`, byWord(paint.dim, data.author)] : [];
  const cause = /rolling|revert/.test(what) ? [data.description] : [];
  const line = [`${subject}@${data.version}`, byWord(colour, what + share), ...about, ...cause];
  return factLines([[paint.dim(clockOf(time)), line.filter(Boolean).join('  ')]], columns);
}

/** `06-01 02:51:07`: streams keep days, not years. */
const clockOf = (time: string): string => `${time.slice(5, 10)} ${timeOfDay(time)}`;

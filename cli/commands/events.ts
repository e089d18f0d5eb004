/** `veltrix events`: change events as consumers receive them. */

import * as z from 'zod';
import { events as readEvents } from '../../control/see/events.js';
import type { ChangeEvent } from '../../core/delivery/change-events.js';
import { defineCommand } from '../command.js';
import { address, flag } from '../parse-arguments.js';
import { provenance } from '../terminal/layout.js';
import type { Paint } from '../terminal/paint.js';

export const events = defineCommand({
  args: z.object({ address: address.default({}), follow: flag }),
  positional: ['address'],
  async run({ cloud, screen, json, signal }, args): Promise<undefined> {
    let shown = 0;
    for await (const event of readEvents(await cloud(), { ...args, signal })) {
      if (json) screen.json(event);
      else screen.line(inOneLine(event, screen.paint));
      shown++;
    }
    if (shown === 0 && !json) screen.line('The stream holds no change event here.');
    return undefined;
  },
  render: () => [],
});

function inOneLine({ time, type, subject, data }: ChangeEvent, paint: Paint): string {
  const what = type.replace('dev.veltrix.deployment.', '');
  const share = data.percentage === undefined ? '' : ` ${data.percentage} %`;
  const colour = /roll|revert/.test(what) ? paint.bad : /completed/.test(what) ? paint.good : paint.code;
  const about = data.ordinal === 0 ? `  ${provenance(data, paint)}` : '';
  return `${paint.dim(time)}  ${subject}@${data.version}  ${colour(what + share)}${about}`;
}

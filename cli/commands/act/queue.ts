/** `veltrix queue`: what waits for its turn, why something is held, and what a person does about it. */

import * as z from 'zod';
import {
  changeQueue,
  type QueueChanged,
  type QueueView,
  queue as readQueue,
} from '../../../control/act/queue.js';
import { demandCluster, demandProfile } from '../../../control/addressing.js';
import type { QueueRequest } from '../../../core/delivery/publishing.js';
import { markedLines, widthFor } from '../../act/marked-lines.js';
import { defineCommand } from '../../command.js';
import { address, message } from '../../parse-arguments.js';
import { factLines, type Page } from '../../terminal/layout.js';
import type { Paint } from '../../terminal/paint.js';
import { renderQueue } from '../../terminal/queue-lines.js';

interface Look extends Page {
  readonly paint: Paint;
}

export const queue = defineCommand({
  args: z.object({ address }),
  positional: ['address'],
  run: async ({ cloud }, args): Promise<QueueView> => readQueue(await cloud(), demandCluster(args.address)),
  render: (view, paint, page) => describeView(view, { ...page, paint }),
});

export const queueRelease = changing('release');
export const queueDrop = changing('drop');

function changing(action: QueueRequest['queueAction']) {
  return defineCommand({
    args: z.object({ address, message }),
    positional: ['address'],
    run: async (context, args): Promise<QueueChanged> =>
      changeQueue(await context.cloud('change'), {
        address: demandProfile(args.address),
        action,
        author: context.author(),
        reason: args.message,
      }),
    render: (changed, paint, page) => markedLines([describeChange(changed, paint)], widthFor(page)),
  });
}

function describeView(
  { target, cluster, askedAt, running, entries }: QueueView,
  look: Look,
): readonly string[] {
  const { paint } = look;
  const columns = widthFor(look);
  if (entries.length === 0) return [paint.dim(target), `Nothing waits in ${cluster}.`];
  const now =
    running === undefined
      ? 'nothing runs: the next one starts within a minute'
      : `behind ${running.profile} v${running.version}, deployment ${running.number} at ${running.percentage} %`;
  return [
    paint.dim(target),
    ...renderQueue({ cluster, entries: [...entries] }, { now: askedAt, columns, paint }),
    ...factLines([['', now]], columns),
  ];
}

function describeChange(changed: QueueChanged, paint: Paint): readonly [string, string] {
  const { address: at, version, action, unchanged, held } = changed;
  if (held !== undefined) return [paint.warn('!'), `${paint.strong(at)} waits for a person still: ${held}`];
  if (unchanged)
    return [paint.good('='), `${paint.strong(at)}: version ${version} waits for its turn already`];
  const words = action === 'drop' ? 'was taken out of the queue' : 'goes on when its turn comes';
  return [paint.good('✔'), `${paint.strong(at)}: version ${version} ${words}`];
}

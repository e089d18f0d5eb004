/** `veltrix load`: how work lies on the nodes of one environment, and why one has too much; `--watch` stays and follows. */

import * as z from 'zod';
import { demandCluster } from '../../../control/addressing.js';
import type { Cloud } from '../../../control/cloud.js';
import { explainFailure } from '../../../control/failures.js';
import { bandOf, type FleetLoad, load as readLoad } from '../../../control/see/load/load.js';
import { isVeltrixError } from '../../../core/errors.js';
import { type Context, defineCommand } from '../../command.js';
import { address, flag } from '../../parse-arguments.js';
import { factLines } from '../../terminal/layout.js';
import { describeLoad, loadInOneLine } from '../../terminal/load-page.js';
import type { Screen } from '../../terminal/screen.js';

/** Nodes report every few seconds. */
const watchEveryMs = 1_000;
/** Lines of the page beside the rows of nodes, in its usual form. */
const otherRows = 24;
const rowsMin = 5;

export const load = defineCommand({
  args: z.object({ address, watch: flag }),
  positional: ['address'],
  async run(context, args): Promise<FleetLoad | undefined> {
    const cloud = await context.cloud();
    const cluster = demandCluster(args.address);
    const bandLoad = await bandOf(context.workspace, cluster.application);
    const look = () => readLoad(cloud, { cluster, bandLoad });
    if (!args.watch) return look();
    await watch(context, { cloud, look });
    return undefined;
  },
  render: (answer, paint, { columns }) => describeLoad(answer, { columns, paint }),
});

interface Watching {
  readonly cloud: Cloud;
  readonly look: () => Promise<FleetLoad>;
}

/** Until it is interrupted. A look that fails is told, and tried again. */
async function watch(context: Context, { cloud, look }: Watching): Promise<void> {
  const show = createView(context);
  show(await look());
  while (!context.signal.aborted) {
    await cloud.wait(watchEveryMs, context.signal);
    if (context.signal.aborted) return;
    try {
      show(await look());
    } catch (error) {
      const failure = explainFailure(error);
      if (!isVeltrixError(failure) || !failure.retryable) throw error;
      show(undefined, `${failure.message}; what is shown is as it was before`);
    }
  }
}

/** What a look found, or what it failed by. */
type Show = (answer: FleetLoad | undefined, trouble?: string) => void;

/** Painted in place on a terminal; elsewhere a line, under `--json` a document, whenever something changed. */
const createView = ({ screen, json }: Context): Show =>
  screen.isTerminal && !json ? paintedView(screen) : toldView(screen, json);

function toldView(screen: Screen, json: boolean): Show {
  let said = '';
  return (answer, trouble = '') => {
    const line = answer ? loadInOneLine(answer) : `! ${trouble}`;
    const news = json && answer ? essenceOf(answer) : line;
    if (news === said) return;
    said = news;
    if (json) screen.json(answer ?? { trouble });
    else screen.line(line);
  };
}

function paintedView(screen: Screen): Show {
  let page: readonly string[] = [];
  return (answer, trouble = '') => {
    const { paint, columns, rows } = screen;
    if (answer) page = describeLoad(answer, { columns, paint, rows: Math.max(rowsMin, rows - otherRows) });
    const notes = answer ? [] : [...factLines([[paint.bad('✖'), trouble]], columns), ''];
    screen.repaint([...notes, ...page]);
  };
}

/** Everything but the instant of the question. */
const essenceOf = ({ askedAt: _, ...answer }: FleetLoad): string => JSON.stringify(answer);

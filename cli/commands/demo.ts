/** `veltrix demo NAME`: a story that plays by itself, and says whether everything came as promised. */

import * as z from 'zod';
import { widthFor } from '../act/marked-lines.js';
import { type Context, defineCommand } from '../command.js';
import type { Line, Say } from '../demos/demo.js';
import { demoNames, demos } from '../demos/demos.js';
import { onStage } from '../dev/raise.js';
import type { Tell } from '../dev/story.js';
import { createPlainView, createView } from '../dev/view.js';
import { wholeNumber } from '../parse-arguments.js';
import { factLines } from '../terminal/layout.js';
import type { Screen } from '../terminal/screen.js';

/** With fewer, nearly all of them may be drawn at once, and nothing is left to compare with. */
const nodeCountMin = 10;
const nodeCountMax = 100;

export const demo = defineCommand({
  args: z.object({
    name: z.enum(demoNames, { error: `expected one of ${demoNames.join(', ')}` }),
    port: wholeNumber(0, 65_535).default(0),
    nodes: wholeNumber(nodeCountMin, nodeCountMax).optional(),
  }),
  positional: ['name'],
  async run(context, { name, port, nodes }): Promise<undefined> {
    const { options, run } = demos[name];
    const company = {
      context,
      options: { ...options, port, nodes: nodes ?? options.nodes },
      tell: teller(context),
    };
    const startedMs = performance.now();
    await onStage(company, (play) => run(play, sayer(context)));
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    sayer(context)({ event: 'proof', text: `demo ${name}: everything came as promised, in ${seconds} s` });
    return undefined;
  },
  render: () => [],
});

/** The story in lines, also on a terminal: the demo itself shows the fleet where it matters. There squares tell who took what. */
function teller({ screen, json }: Context): Tell {
  if (json) return createView(screen, json);
  const tell = createPlainView(screen);
  return (event) => {
    if (event.event !== 'status' && (event.event !== 'took' || !screen.isTerminal)) tell(event);
  };
}

function sayer({ screen, json }: Context): Say {
  return (line) => {
    if (json) screen.json(line);
    else for (const text of describeLine(line, screen)) screen.line(text);
  };
}

function describeLine({ event, text }: Line, screen: Screen): readonly string[] {
  const { paint } = screen;
  if (event === 'act') return ['', paint.strong(text)];
  return factLines([[event === 'proof' ? paint.good('✔') : ' ', text]], widthFor(screen));
}

/** The stacks while they are deployed: a bar each. */

import type { DeployProgress } from '../../local/index.js';
import { bar, table } from '../terminal/layout.js';
import type { Paint } from '../terminal/paint.js';

interface StackProgress {
  readonly touched: Set<string>;
  readonly finished: Set<string>;
  latest: DeployProgress;
}

export class DeployView {
  readonly #stacks = new Map<string, StackProgress>();
  #done = 0;
  #total = 0;

  add(progress: DeployProgress): void {
    const stack = this.#stacks.get(progress.stack) ?? newStack(progress);
    this.#stacks.set(progress.stack, stack);
    stack.latest = progress;
    stack.touched.add(progress.logicalId);
    if (progress.status !== 'started') stack.finished.add(progress.logicalId);
    this.#done = progress.done;
    this.#total = progress.total;
  }

  lines(paint: Paint): readonly string[] {
    const percentage = this.#total === 0 ? 0 : (this.#done / this.#total) * 100;
    const rows = [...this.#stacks].map(([name, { touched, finished, latest }]) => {
      const isDone = finished.size === touched.size;
      const mark = latest.status === 'failed' ? paint.bad('✖') : isDone ? paint.good('✔') : paint.warn('●');
      return [`  ${mark}`, name, `${finished.size} resources`, isDone ? '' : paint.dim(latest.type)];
    });
    return [...table(rows), `  ${paint.code(bar(percentage))} ${this.#done}/${this.#total} resources`];
  }
}

const newStack = (latest: DeployProgress): StackProgress => ({
  touched: new Set(),
  finished: new Set(),
  latest,
});

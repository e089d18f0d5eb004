/** The shape of a command: arguments in, data out, lines for people. Commands return; one place prints and ends. */

import type { Cloud } from '../control/cloud.js';
import type { Home } from '../control/files/stages.js';
import type { Workspace } from '../control/files/workspace.js';
import type { Purpose } from '../control/home.js';
import type { Address } from '../core/addresses.js';
import type { VeltrixError } from '../core/errors.js';
import type { Accepts, RawArguments } from './parse-arguments.js';
import type { Page } from './terminal/layout.js';
import type { Paint } from './terminal/paint.js';
import type { Screen } from './terminal/screen.js';

/** What a command may use of the world. */
export interface Context {
  readonly screen: Screen;
  readonly json: boolean;
  readonly yes: boolean;
  /** Where the person stands. */
  readonly directory: string;
  /** The process's own; choosing a target writes to it, as a shell would. */
  readonly environment: NodeJS.ProcessEnv;
  /** Aborts at Ctrl-C. Look at it only where that is handled: from then on Ctrl-C does nothing else. */
  readonly signal: AbortSignal;
  /** The stage that is talked to, about `address` where the command line names none. @throws UsageError when it is none, or more than one. */
  home(address?: Address): Promise<Home>;
  /**
   * The stage in AWS; the local AWS of this project when one runs and nothing else was chosen. Who changes something says so:
   * it is refused where nobody knows whose account that would be.
   */
  cloud(purpose?: Purpose): Promise<Cloud>;
  /** Asks somebody at the terminal; false when it is declined, or interrupted. */
  confirm(question: string): Promise<boolean>;
  workspace(): Promise<Workspace>;
  /** The person's name, for provenance. */
  author(): string;
}

export interface Command<Arguments, Data> extends Accepts<Arguments> {
  /** Nothing comes back from a command that showed everything itself. */
  run(context: Context, args: Arguments): Promise<Data | undefined>;
  /** For people, within the page's columns; never called under --json. */
  render(data: Data, paint: Paint, page: Page): readonly string[];
  /** Why a command that has data to show did fail all the same. */
  failure?(data: Data): VeltrixError | undefined;
}

/** What came of a command. */
export interface Outcome {
  readonly data: unknown;
  readonly lines: (paint: Paint, page: Page) => readonly string[];
  readonly failure: VeltrixError | undefined;
}

/** A command with its types forgotten. */
export type Runnable = (context: Context, raw: RawArguments) => Promise<Outcome>;

export function defineCommand<Arguments, Data>(command: Command<Arguments, Data>): Runnable {
  return async (context, raw) => {
    const { parseArguments } = await import('./parse-arguments.js');
    const data = await command.run(context, parseArguments(command, raw));
    return {
      data,
      lines: (paint, page) => (data === undefined ? [] : command.render(data, paint, page)),
      failure: data === undefined ? undefined : command.failure?.(data),
    };
  };
}

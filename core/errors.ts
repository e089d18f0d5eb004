/**
 * The family of failures Veltrix raises on purpose. Each says what happened (`message`), what to do next (`hint`),
 * whether the same call may succeed later (`retryable`), and carries its facts as fields. Status and exit codes are
 * mapped once per edge, not here.
 */

const mark = Symbol.for('veltrix.error'); // survives two copies of this module in one process

export interface ErrorAbout {
  readonly hint: string;
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** Base of every failure Veltrix raises on purpose. */
export abstract class VeltrixError extends Error {
  abstract override readonly name: string;
  abstract readonly code: `VELTRIX_${string}`;
  /** What the reader should do next; printed by the command, logged by functions. */
  readonly hint: string;
  /** True when the same call, unchanged, may succeed later. */
  readonly retryable: boolean;
  readonly [mark] = true;

  constructor(message: string, about: ErrorAbout) {
    super(message, { cause: about.cause });
    this.hint = about.hint;
    this.retryable = about.retryable ?? false;
  }
}

/** True for a Veltrix failure, also one raised by another copy of this module. */
export function isVeltrixError(error: unknown): error is VeltrixError {
  return typeof error === 'object' && error !== null && mark in error;
}

/** The caller asked for something that cannot be: a malformed address, an unknown option, a name that does not exist. */
export class UsageError extends VeltrixError {
  override readonly name = 'UsageError';
  override readonly code = 'VELTRIX_USAGE';
}

/** What is wrong at one place of a document. */
export interface Problem {
  /** Path in the document: `tiers.gold.queueSize`, `clues[3].text`; empty for the document itself. */
  readonly path: string;
  /** What is wrong and what is expected, in one sentence: `is "800ms", expected a whole number`. */
  readonly message: string;
  /** What to write instead, where that is plain: `800`. */
  readonly suggestion?: string;
}

/** Content that its schema (or AppConfig's limits) does not admit. Nothing was created. */
export class ContentRefused extends VeltrixError {
  override readonly name = 'ContentRefused';
  override readonly code = 'VELTRIX_CONTENT_REFUSED';
  readonly problems: readonly Problem[];

  constructor(subject: string, problems: readonly Problem[]) {
    const first = problems[0];
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super(`${subject} was refused: ${first ? describeProblem(first) : 'it is not valid'}${more}`, {
      hint: 'Correct the content and try again; `veltrix check` names each place by file, line and column.',
    });
    this.problems = problems;
  }
}

/** Another version is deployed than the publisher expected. Nothing was created. */
export class VersionConflict extends VeltrixError {
  override readonly name = 'VersionConflict';
  override readonly code = 'VELTRIX_VERSION_CONFLICT';
  readonly address: string;
  /** Version the publisher built on; absent when it named none. */
  readonly expectedVersion: number | undefined;
  /** Version deployed in this environment; 0 when none is. */
  readonly deployedVersion: number;

  constructor(facts: { address: string; expectedVersion?: number | undefined; deployedVersion: number }) {
    const deployed = facts.deployedVersion === 0 ? 'nothing' : `version ${facts.deployedVersion}`;
    const expected =
      facts.expectedVersion === undefined ? 'an earlier one' : `version ${facts.expectedVersion}`;
    super(`${facts.address}: ${deployed} is deployed, the request builds on ${expected}`, {
      hint: `See what changed with \`veltrix plan ${facts.address}\`, then publish again with --expect ${facts.deployedVersion}.`,
    });
    this.address = facts.address;
    this.expectedVersion = facts.expectedVersion;
    this.deployedVersion = facts.deployedVersion;
  }
}

/** AppConfig runs one deployment per environment at a time, and one is running. Nothing was started. */
export class DeploymentInProgress extends VeltrixError {
  override readonly name = 'DeploymentInProgress';
  override readonly code = 'VELTRIX_DEPLOYMENT_IN_PROGRESS';
  /** The deployment that occupies the environment. */
  readonly running: { readonly profile: string; readonly deployment: number; readonly startedAt: string };

  constructor(
    environment: string,
    running: { readonly profile: string; readonly deployment: number; readonly startedAt: string },
    hint = `Wait until it has ended (\`veltrix status ${environment} --watch\`), then try again.`,
  ) {
    super(
      `${environment} is busy: deployment ${running.deployment} of ${running.profile} has been running since ${running.startedAt}`,
      {
        hint,
        retryable: true,
      },
    );
    this.running = running;
  }
}

/** Others wait for this environment, and nobody goes past them. Nothing was started. */
export class QueueAhead extends VeltrixError {
  override readonly name = 'QueueAhead';
  override readonly code = 'VELTRIX_QUEUE_AHEAD';
  readonly ahead: readonly {
    readonly profile: string;
    readonly version: number;
    readonly queuedAt: string;
  }[];

  constructor(environment: string, ahead: QueueAhead['ahead']) {
    const [first] = ahead;
    const more = ahead.length > 1 ? ` and ${ahead.length - 1} more` : '';
    super(`${environment} has a queue: ${first?.profile} v${first?.version}${more} waits for its turn`, {
      hint: `Publish with --queue to wait behind it, or see \`veltrix queue ${environment}\`.`,
      retryable: true,
    });
    this.ahead = ahead;
  }
}

/** The same content was rolled back here within the hour, and no reason was given to try it again. Nothing was started. */
export class RolledBackLately extends VeltrixError {
  override readonly name = 'RolledBackLately';
  override readonly code = 'VELTRIX_ROLLED_BACK_LATELY';
  readonly address: string;
  readonly version: number;
  readonly deployment: number;
  /** ISO 8601, UTC. */
  readonly rolledBackAt: string;

  constructor(facts: {
    readonly address: string;
    readonly version: number;
    readonly deployment: number;
    readonly rolledBackAt: string;
    readonly why: string;
  }) {
    super(
      `${facts.address}: this content was rolled back as version ${facts.version} at ${facts.rolledBackAt}${facts.why && `: ${facts.why}`}`,
      { hint: 'Change the content, or publish it with --force -m "why it is safe now".' },
    );
    this.address = facts.address;
    this.version = facts.version;
    this.deployment = facts.deployment;
    this.rolledBackAt = facts.rolledBackAt;
  }
}

/** What had to be true of another environment, or of the files, is not. Nothing was published. */
export class PrerequisiteUnmet extends VeltrixError {
  override readonly name = 'PrerequisiteUnmet';
  override readonly code = 'VELTRIX_PREREQUISITE_UNMET';
  /** Each prerequisite that failed, in one sentence. */
  readonly unmet: readonly string[];

  constructor(address: string, facts: { readonly unmet: readonly string[]; readonly hint: string }) {
    super(`${address} was not published: ${facts.unmet.join('; ')}`, { hint: facts.hint });
    this.unmet = facts.unmet;
  }
}

/** A service or a function of Veltrix did not answer as it should: unreachable, not deployed, refused by AWS. */
export class ServiceUnavailable extends VeltrixError {
  override readonly name = 'ServiceUnavailable';
  override readonly code = 'VELTRIX_SERVICE_UNAVAILABLE';
}

/** The node has more to do than it can, and did not begin this work. Nothing was done. */
export class Overloaded extends VeltrixError {
  override readonly name = 'Overloaded';
  override readonly code = 'VELTRIX_OVERLOADED';
  /** The node that says so. */
  readonly node: string;
  /** Milliseconds after which another attempt here is worth it. */
  readonly retryAfterMs: number;

  constructor(node: string, facts: { readonly waiting: number; readonly retryAfterMs: number }) {
    super(`${node} has too much to do: ${facts.waiting} wait already`, {
      hint: 'Send it to another node (`router.pick()`), or try again after `retryAfterMs`.',
      retryable: true,
    });
    this.node = node;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** Exclusive work for a partition that this node does not own, owns no more, or may not serve now. Nothing was done. */
export class Misdirected extends VeltrixError {
  override readonly name = 'Misdirected';
  override readonly code = 'VELTRIX_MISDIRECTED';
  /** The node that says so. */
  readonly node: string;
  readonly partition: number;
  /** The table by which this node says so: whoever goes by an older one should read again. */
  readonly generation: number;
  /** The partition's epoch in that table. */
  readonly epoch: number;
  /** Who owns it by that table; absent where nobody does. */
  readonly owner: string | undefined;
  /** True where the node's lease has lapsed, since it cannot read who owns what: it serves none of its partitions until it can. */
  readonly lapsed: boolean;

  constructor(
    node: string,
    facts: {
      readonly partition: number;
      readonly generation: number;
      readonly epoch: number;
      readonly owner?: string | undefined;
      readonly lapsed?: boolean;
    },
  ) {
    super(`${node} does not serve partition ${facts.partition}: ${whyNot(node, facts)}`, {
      hint: facts.lapsed
        ? 'Try again in a few seconds; on that node, `status().routing` says why the table cannot be read.'
        : 'Send it to the owner; `router.send` reads the table again and does so once.',
      retryable: true,
    });
    this.node = node;
    this.lapsed = facts.lapsed ?? false;
    this.partition = facts.partition;
    this.generation = facts.generation;
    this.epoch = facts.epoch;
    this.owner = facts.owner;
  }
}

function whyNot(
  node: string,
  {
    generation,
    owner,
    lapsed = false,
  }: { readonly generation: number; readonly owner?: string | undefined; readonly lapsed?: boolean },
): string {
  if (lapsed)
    return `its lease has lapsed, since it cannot read who owns what (generation ${generation} is the last it knows)`;
  // Its own by the table: the owner before may still serve it, or this node is letting go of it.
  if (owner === node) return `it is being handed over in generation ${generation}`;
  return `${owner ?? 'nobody'} has it in generation ${generation}`;
}

/** Configuration could not be loaded at start and the policy is to fail. */
export class ConfigurationMissing extends VeltrixError {
  override readonly name = 'ConfigurationMissing';
  override readonly code = 'VELTRIX_CONFIGURATION_MISSING';
}

/** `tiers.gold.queueSize is "x", expected a number`. */
export function describeProblem(problem: Problem): string {
  return problem.path === '' ? problem.message : `${problem.path} ${problem.message}`;
}

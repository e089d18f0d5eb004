/**
 * The queue's turn: starts what is next, once it was checked again. Asked at any time, as often as anybody likes, and by
 * many at once: an entry leaves the queue only after its version was seen deploying, and is started only where it was not.
 *
 * The queue and AppConfig cannot be written as one. An entry that is dropped or superseded in the instant between the
 * last look at the queue and AppConfig's answer is started all the same, as if that had come a moment later.
 */

import { formatCluster, formatProfile, type ProfileAddress } from '../../core/addresses.js';
import { parseContent, parseLabel } from '../../core/content/content.js';
import { failureMemoryMs } from '../../core/delivery/failure-memory.js';
import {
  enqueue,
  type QueueEntry,
  type StoredQueue,
  waitingIn,
  withoutEntry,
} from '../../core/delivery/publish-queue.js';
import {
  decideEntry,
  type EntryDecision,
  isPersonsTurn,
  personsTurnMs,
  whatToDo,
  withError,
} from '../../core/delivery/queue-turns.js';
import { ContentRefused, describeProblem, isVeltrixError } from '../../core/errors.js';
import { attemptsMax, clusterOf, instant, type PublishDeps } from './deps.js';
import { type Facts, readFacts } from './facts.js';
import { makeUpFor } from './records.js';
import { publishMetrics } from './settings.js';
import { type Candidate, createVersion, startVersion } from './start.js';

/** What became of the queue, for the log. */
export interface AdvanceResult {
  /** `waiting`: the environment is busy, or left to a person who has just ended its newest deployment. */
  readonly outcome: 'advanced' | 'waiting' | 'nothing-to-do';
  /** Deployments that were started, or found started, for an entry that left the queue. */
  readonly started: readonly {
    readonly profile: string;
    readonly version: number;
    readonly deployment: number;
  }[];
  /** Profiles whose entries wait for a person since now. */
  readonly held: readonly string[];
}

/** `next`: the queue changed, or a deployment started, so look again. */
type Step = 'next' | 'again' | 'busy' | 'empty';

interface Turn {
  readonly entry: QueueEntry;
  readonly address: ProfileAddress;
  readonly stored: StoredQueue;
  readonly facts: Facts;
}

interface Progress {
  readonly started: AdvanceResult['started'][number][];
  readonly held: string[];
}

/** @throws ServiceUnavailable, retryable, when AppConfig does not answer: the entry keeps its place. */
export async function advance(deps: PublishDeps): Promise<AdvanceResult> {
  const progress: Progress = { started: [], held: [] };
  let step: Step = 'next';
  for (let lost = 0; lost < attemptsMax && step !== 'busy' && step !== 'empty'; ) {
    step = await takeTurn(deps, progress);
    if (step !== 'again') continue;
    deps.measures.count(publishMetrics.again, 1);
    lost += 1;
    await deps.pause(lost);
  }
  const hasAdvanced = progress.started.length + progress.held.length > 0;
  const outcome = hasAdvanced ? 'advanced' : step === 'empty' ? 'nothing-to-do' : 'waiting';
  return { outcome, ...progress };
}

async function takeTurn(deps: PublishDeps, progress: Progress): Promise<Step> {
  const cluster = clusterOf(deps);
  const stored = await deps.queues.read(formatCluster(cluster));
  const [entry] = waitingIn(stored.queue);
  if (entry === undefined) return 'empty';
  const address = { ...cluster, profile: entry.profile };
  if (!deps.application.profiles.some(({ name }) => name === entry.profile)) {
    return hold(deps, progress, { entry, stored, why: noProfile(address) });
  }
  try {
    const facts = await readFacts(deps.store, questionOf(deps, entry));
    const turn: Turn = { entry, address, stored, facts };
    return await act(deps, progress, { ...turn, decision: decideEntry(entry, address, facts) });
  } catch (error) {
    return keepPlace(deps, progress, { entry, address, stored, error });
  }
}

/**
 * What can never go keeps nobody else waiting. What may go later keeps its place, and says what it met.
 * @throws what was met, where it may pass, or is no fault of a service.
 */
async function keepPlace(
  deps: PublishDeps,
  progress: Progress,
  { error, ...turn }: Omit<Turn, 'facts'> & { readonly error: unknown },
): Promise<Step> {
  if (!isVeltrixError(error) || error.code !== 'VELTRIX_SERVICE_UNAVAILABLE') throw error;
  const { entry, stored, address } = turn;
  if (!error.retryable) return hold(deps, progress, { ...turn, why: whatToDo(address, error.message) });
  deps.measures.count(publishMetrics.turnFailed, 1);
  try {
    const about = { why: error.message, at: instant(deps.clock()) };
    await replace(deps, stored, withError(entry, about));
  } catch (failure) {
    deps.log.error('could not keep why an entry waits', failure, { address: formatProfile(address) });
  }
  throw error;
}

/** Its version stands in deployments since it was queued, if at all; memory reaches back an hour in any case. */
function questionOf({ clock }: PublishDeps, { profile, label, queuedAt }: QueueEntry) {
  const anHourAgo = instant(clock() - failureMemoryMs);
  const since = queuedAt < anHourAgo ? queuedAt : anHourAgo;
  const hash8 = parseLabel(label)?.hash8 ?? '';
  return { profile, hash8, failures: { profile, since }, isNew: true, isExpecting: false };
}

async function act(
  deps: PublishDeps,
  progress: Progress,
  { decision, ...turn }: Turn & { readonly decision: EntryDecision },
): Promise<Step> {
  switch (decision.kind) {
    case 'wait':
      return 'busy';
    case 'hold':
      return hold(deps, progress, { ...turn, why: decision.why });
    case 'done':
      return leave(deps, progress, { ...turn, ...decision });
    case 'start':
      if (await isLeftToPerson(deps, turn)) return 'busy';
      return decision.version === turn.entry.version
        ? start(deps, progress, { ...turn, first: decision.first })
        : renumber(deps, turn, decision);
    case 'create':
      if (await isLeftToPerson(deps, turn)) return 'busy';
      return create(deps, progress, { ...turn, after: decision.after });
  }
}

/** AppConfig's log alone says who ended a deployment, and is read only where one was ended early. */
async function isLeftToPerson({ store, clock }: PublishDeps, { facts }: Turn): Promise<boolean> {
  const [newest] = facts.deployments;
  if (newest === undefined || newest.state === 'COMPLETE') return false;
  return isPersonsTurn(await store.deployment(newest.number), instant(clock() - personsTurnMs));
}

/** Starts the entry's own version, unless the queue changed since it was read. It leaves when it is seen. */
async function start(
  deps: PublishDeps,
  progress: Progress,
  { first, ...turn }: Turn & { readonly first: boolean },
): Promise<Step> {
  const { entry, stored, address, facts } = turn;
  const checked = await checkAgain(deps, turn);
  if ('why' in checked) return hold(deps, progress, { ...turn, ...checked });
  const latest = await deps.queues.read(stored.queue.cluster);
  if (latest.revision !== stored.revision) return 'again';
  const latestDeployment = facts.deployments[0]?.number ?? 0;
  try {
    const plan = { version: entry.version, label: entry.label, first, latestDeployment };
    const started = await startVersion(deps, candidateOf(deps, address, entry), plan);
    if (started === 'again') return 'again';
    deps.measures.count(publishMetrics.started, 1);
    return 'next';
  } catch (error) {
    if (!(error instanceof ContentRefused)) throw error;
    return hold(deps, progress, { ...turn, why: whatToDo(address, refusal(error)) });
  }
}

/** The entry's version cannot be started any more, so its content becomes another one, which is the entry's from then on. */
async function create(
  deps: PublishDeps,
  progress: Progress,
  { after, ...turn }: Turn & { readonly after: number },
): Promise<Step> {
  const { entry, address } = turn;
  const checked = await checkAgain(deps, turn);
  if ('why' in checked) return hold(deps, progress, { ...turn, ...checked });
  const { bytes } = checked;
  const content = { bytes, sha256Hex: deps.sha256Hex(bytes), after };
  const created = await createVersion(deps, candidateOf(deps, address, entry), content);
  return created === 'again' ? created : renumber(deps, turn, created);
}

async function renumber(
  deps: PublishDeps,
  turn: Pick<Turn, 'entry' | 'stored'>,
  { version, label }: { readonly version: number; readonly label: string },
): Promise<Step> {
  return replace(deps, turn.stored, { ...turn.entry, version, label });
}

/** Held against the schema as it is deployed now, which may be newer than the one it was queued under. */
async function checkAgain(
  { application, store }: PublishDeps,
  { entry, address }: Pick<Turn, 'entry' | 'address'>,
): Promise<{ readonly bytes: Uint8Array } | { readonly why: string }> {
  const profile = application.profiles.find(({ name }) => name === entry.profile);
  const bytes = await store.content(entry.profile, entry.version);
  if (profile === undefined) return { why: noProfile(address) };
  if (bytes === undefined)
    return { why: whatToDo(address, `Version ${entry.version} does not exist any more`) };
  const checked = parseContent(profile, bytes, 'strict');
  if (checked.ok) return { bytes };
  return {
    why: whatToDo(address, refusal(new ContentRefused(`version ${entry.version}`, checked.problems))),
  };
}

async function leave(
  deps: PublishDeps,
  { started }: Progress,
  about: Omit<Turn, 'facts'> & { readonly version: number; readonly deployment: number },
): Promise<Step> {
  const { entry, stored, address, version, deployment } = about;
  if (version === entry.version) {
    await makeUpFor(deps, candidateOf(deps, address, entry), { deployment, label: entry.label });
  }
  const written = await deps.queues.write(withoutEntry(stored.queue, entry.profile), stored.revision);
  if (written === 'lost') return 'again';
  started.push({ profile: entry.profile, version, deployment });
  return 'next';
}

async function hold(
  deps: PublishDeps,
  { held }: Progress,
  { entry, stored, why }: Pick<Turn, 'entry' | 'stored'> & { readonly why: string },
): Promise<Step> {
  const { lastError: _lastError, ...rest } = entry;
  const step = await replace(deps, stored, { ...rest, held: { why, since: instant(deps.clock()) } });
  if (step !== 'next') return step;
  held.push(entry.profile);
  deps.measures.count(publishMetrics.held, 1);
  return step;
}

async function replace(
  deps: PublishDeps,
  { queue, revision }: StoredQueue,
  entry: QueueEntry,
): Promise<Step> {
  const changed = enqueue(queue, entry);
  const written = changed === 'full' ? 'lost' : await deps.queues.write(changed, revision);
  return written === 'lost' ? 'again' : 'next';
}

function candidateOf({ clock }: PublishDeps, address: ProfileAddress, entry: QueueEntry): Candidate {
  const { author, reason, caller, commit, forced, queuedAt, strategy, released } = entry;
  return {
    address,
    strategy,
    publication: {
      author,
      reason,
      queuedAt,
      validatedAt: instant(clock()),
      ...(caller !== undefined && { caller }),
      ...(commit !== undefined && { commit }),
      ...(forced !== undefined && { forced }),
      ...(released !== undefined && { released }),
    },
  };
}

const noProfile = (address: ProfileAddress): string =>
  whatToDo(address, `${formatProfile(address)} is no profile any more, as it is deployed`);

/** The first problem says enough: whoever corrects it publishes again. */
function refusal({ problems }: ContentRefused): string {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `Its content is refused: ${first ? describeProblem(first) : 'it is not valid'}${more}`;
}

/** Reads all shards of one mapping: each by its own reader, a shard only after its parents. */
import { polling } from '../limits.js';
import type { Checkpoint } from '../state.js';
import type { MappingDeps } from './mapping-deps.js';
import { createShardReader, type ShardReader } from './shard-reader.js';

export interface Poller {
  /**
   * Begins to read. Resolves when every shard that is ready has its starting point, so that a record put afterwards is
   * seen. Throws when the stream cannot be read; `startPatiently` tries again instead.
   */
  start(): Promise<void>;
  startPatiently(): void;
  stop(): void;
}

interface Shard {
  readonly ShardId: string;
  readonly ParentShardId?: string | null | undefined;
  readonly AdjacentParentShardId?: string | null | undefined;
}

interface ListShardsOutput {
  readonly Shards?: readonly Shard[];
  readonly NextToken?: string | null | undefined;
}

export function createPoller(deps: MappingDeps): Poller {
  return new StreamPoller(deps);
}

class StreamPoller implements Poller {
  private readonly deps: MappingDeps;
  private readonly readers = new Map<string, ShardReader>();
  private isStopped = false;
  private cancelRetry: () => void = () => {};
  /** Discoveries run one after another, so that two shards that end together start their children once. */
  private discovering: Promise<void> = Promise.resolve();

  constructor(deps: MappingDeps) {
    this.deps = deps;
  }

  async start(): Promise<void> {
    const isFirst = Object.keys(this.deps.mapping.checkpoints).length === 0;
    const at = isFirst ? this.deps.mapping.StartingPosition : 'TRIM_HORIZON';
    const discovery = this.discovering.then(() => this.discover(at));
    this.discovering = discovery.catch(() => {});
    await discovery;
  }

  startPatiently(): void {
    this.start().catch((error: Error) => {
      this.deps.mapping.LastProcessingResult = `PROBLEM: ${error.message}`;
      if (!this.isStopped)
        this.cancelRetry = this.deps.clock.after(polling.troubleMs, () => this.startPatiently());
    });
  }

  stop(): void {
    this.isStopped = true;
    this.cancelRetry();
    for (const reader of this.readers.values()) reader.stop();
  }

  /** Looks for shards and starts those whose parents were read. `at` is where a shard without checkpoint begins. */
  private async discover(at: 'AT_TIMESTAMP' | 'LATEST' | 'TRIM_HORIZON'): Promise<void> {
    const shards = await listShards(this.deps);
    this.forgetExpired(shards);
    const ready: [string, ShardReader][] = [];
    for (const shard of shards) {
      const { checkpoints } = this.deps.mapping;
      const resumed = checkpoints[shard.ShardId] !== undefined;
      checkpoints[shard.ShardId] ??= this.startingPoint(at);
      if (this.readers.has(shard.ShardId) || !isReady(shard, shards, checkpoints)) continue;
      const reader = createShardReader(this.deps, { id: shard.ShardId, resumed });
      await reader.prepare();
      ready.push([shard.ShardId, reader]);
    }
    for (const [id, reader] of ready) this.run(id, reader);
  }

  private startingPoint(at: 'AT_TIMESTAMP' | 'LATEST' | 'TRIM_HORIZON'): Checkpoint {
    const sinceMs = this.deps.mapping.startingTimestampMs ?? this.deps.clock.now();
    return { kind: 'start', at, sinceMs };
  }

  private run(id: string, reader: ShardReader): void {
    if (this.isStopped) return;
    this.readers.set(id, reader);
    void reader.run().then((ending) => {
      this.readers.delete(id);
      if (ending === 'finished' && !this.isStopped) this.startPatiently();
    });
  }

  private forgetExpired(shards: readonly Shard[]): void {
    const known = new Set(shards.map((shard) => shard.ShardId));
    for (const id of Object.keys(this.deps.mapping.checkpoints))
      if (!known.has(id)) delete this.deps.mapping.checkpoints[id];
  }
}

/** A shard is read when it is not read already and each parent that still exists was read to its end. */
function isReady(
  shard: Shard,
  shards: readonly Shard[],
  checkpoints: Readonly<Record<string, Checkpoint>>,
): boolean {
  if (checkpoints[shard.ShardId]?.kind === 'finished') return false;
  const parents = [shard.ParentShardId, shard.AdjacentParentShardId];
  return parents.every(
    (parent) =>
      !parent ||
      !shards.some((other) => other.ShardId === parent) ||
      checkpoints[parent]?.kind === 'finished',
  );
}

async function listShards(deps: MappingDeps): Promise<Shard[]> {
  const shards: Shard[] = [];
  let NextToken: string | undefined;
  do {
    const input = NextToken ? { NextToken } : { StreamARN: deps.mapping.EventSourceArn };
    const output: ListShardsOutput = await deps.aws.call('kinesis', 'ListShards', input);
    shards.push(...(output.Shards ?? []));
    NextToken = output.NextToken ?? undefined;
  } while (NextToken);
  return shards;
}

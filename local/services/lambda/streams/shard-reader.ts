/** Reads one shard from its checkpoint to its end, in order, and hands batches to the function one after another. */
import { polling } from '../limits.js';
import type { Checkpoint } from '../state.js';
import { type BatchRunner, createBatchRunner } from './batch-runner.js';
import { recordFilter } from './filters.js';
import type { MappingDeps, ReadableShard } from './mapping-deps.js';
import { batchLength, type EventSource, fillsBatch, type StreamRecord } from './records.js';

export interface ShardReader {
  /** Fixes where reading begins, so that records put from here on are seen. Throws what GetShardIterator throws. */
  prepare(): Promise<void>;
  /** Resolves to `finished` when a closed shard was read to its end, to `stopped` after `stop`. */
  run(): Promise<'finished' | 'stopped'>;
  stop(): void;
}

interface GetRecordsOutput {
  readonly Records?: readonly StreamRecord[];
  readonly NextShardIterator?: string | null | undefined;
}

export function createShardReader(deps: MappingDeps, shard: ReadableShard): ShardReader {
  return new Reader(deps, shard);
}

class Reader implements ShardReader {
  private readonly deps: MappingDeps;
  private readonly shard: ReadableShard;
  private readonly batches: BatchRunner;
  private buffer: StreamRecord[] = [];
  private firstBufferedMs = 0;
  private lastGotMs: number;
  private lastRead: string | undefined;
  private iterator: string | undefined;
  private isClosed = false;
  private isStopped = false;
  private wake: () => void = () => {};

  constructor(deps: MappingDeps, shard: ReadableShard) {
    this.deps = deps;
    this.shard = shard;
    this.lastGotMs = deps.clock.now();
    this.batches = createBatchRunner({
      ...deps,
      source: () => this.source(),
      isStopped: () => this.isStopped,
      pause: (delayMs) => this.pause(delayMs),
      onHandled: (record) => this.checkpoint({ kind: 'after', sequenceNumber: record.SequenceNumber }),
    });
  }

  async prepare(): Promise<void> {
    this.iterator = await this.findIterator();
  }

  async run(): Promise<'finished' | 'stopped'> {
    return await this.deps.activity.track(this.loop());
  }

  stop(): void {
    this.isStopped = true;
    this.wake();
  }

  private async loop(): Promise<'finished' | 'stopped'> {
    while (!this.isStopped) {
      const delayMs = await this.turn().catch((error: Error) => this.onTrouble(error));
      // A batch that was stopped is neither in the buffer nor handled: it is read again from the checkpoint.
      if (this.isStopped) return 'stopped';
      if (this.isClosed && this.buffer.length === 0) {
        this.checkpoint({ kind: 'finished' });
        return 'finished';
      }
      if (delayMs > 0) await this.pause(delayMs);
    }
    return 'stopped';
  }

  /** Reads once and hands over what is due. Gives back how long to wait before the next turn. */
  private async turn(): Promise<number> {
    if (!this.isClosed) await this.read();
    if (!this.isDue()) return this.delayMs();
    const batch = this.buffer.splice(0, batchLength(this.buffer, this.deps.mapping.BatchSize));
    this.firstBufferedMs = this.deps.clock.now();
    await this.batches.run(batch);
    return 0;
  }

  private async read(): Promise<void> {
    const Limit = Math.max(1, this.deps.mapping.BatchSize - this.buffer.length);
    if (fillsBatch(this.buffer, this.deps.mapping.BatchSize)) return;
    this.iterator ??= await this.findIterator();
    const input = { ShardIterator: this.iterator, Limit };
    const output = await this.deps.aws.call<GetRecordsOutput>('kinesis', 'GetRecords', input);
    this.iterator = output.NextShardIterator ?? undefined;
    this.isClosed = this.iterator === undefined;
    const records = output.Records ?? [];
    if (records.length === 0) return;
    if (this.buffer.length === 0) this.firstBufferedMs = this.deps.clock.now();
    this.lastGotMs = this.deps.clock.now();
    this.take(records);
  }

  /** Buffers what passes the mapping's filters; the rest is handled with that. */
  private take(records: readonly StreamRecord[]): void {
    const last = records.at(-1);
    this.lastRead = last?.SequenceNumber;
    this.buffer.push(...records.filter(recordFilter(this.deps.mapping.FilterCriteria)));
    if (last && this.buffer.length === 0)
      this.checkpoint({ kind: 'after', sequenceNumber: last.SequenceNumber });
  }

  private isDue(): boolean {
    if (this.buffer.length === 0) return false;
    const { BatchSize } = this.deps.mapping;
    return this.isClosed || fillsBatch(this.buffer, BatchSize) || this.windowLeftMs() <= 0;
  }

  private windowLeftMs(): number {
    const windowMs = this.deps.mapping.MaximumBatchingWindowInSeconds * 1000;
    return this.firstBufferedMs + windowMs - this.deps.clock.now();
  }

  private delayMs(): number {
    if (this.buffer.length > 0) return Math.min(polling.busyMs, this.windowLeftMs());
    const quietMs = this.deps.clock.now() - this.lastGotMs;
    return quietMs < polling.idleAfterMs ? polling.busyMs : polling.idleMs;
  }

  private onTrouble(error: Error): number {
    if (this.isStopped) return 0;
    this.iterator = undefined;
    if (error.name === 'ExpiredIteratorException') return 0;
    this.deps.mapping.LastProcessingResult = `PROBLEM: ${error.message}`;
    return polling.troubleMs;
  }

  private async findIterator(): Promise<string> {
    const stream = { StreamARN: this.deps.mapping.EventSourceArn, ShardId: this.shard.id };
    const input = { ...stream, ...this.position() };
    const output = await this.deps.aws.call<{ ShardIterator: string }>('kinesis', 'GetShardIterator', input);
    return output.ShardIterator;
  }

  private position() {
    const checkpoint = this.deps.mapping.checkpoints[this.shard.id];
    const sequenceNumber =
      this.lastRead ?? (checkpoint?.kind === 'after' ? checkpoint.sequenceNumber : undefined);
    if (sequenceNumber !== undefined)
      return { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: sequenceNumber };
    if (checkpoint?.kind !== 'start' || checkpoint.at === 'TRIM_HORIZON')
      return { ShardIteratorType: 'TRIM_HORIZON' };
    // After a stop, LATEST would pass over what came meanwhile.
    if (checkpoint.at === 'LATEST' && !this.shard.resumed) return { ShardIteratorType: 'LATEST' };
    return { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(checkpoint.sinceMs) };
  }

  private checkpoint(checkpoint: Checkpoint): void {
    this.deps.mapping.checkpoints[this.shard.id] = checkpoint;
  }

  private source(): EventSource {
    const { mapping, identity } = this.deps;
    const streamArn = mapping.EventSourceArn;
    return { shardId: this.shard.id, streamArn, region: identity.region, roleArn: this.deps.roleArn() };
  }

  private pause(delayMs: number): Promise<void> {
    if (this.isStopped) return Promise.resolve();
    const waiting = new Promise<void>((resolve) => {
      const cancel = this.deps.clock.after(delayMs, resolve);
      this.wake = () => {
        cancel();
        resolve();
      };
    });
    return this.deps.activity.pause(waiting);
  }
}

/**
 * Reports on their way: nodes with jitter, shards, batches by Lambda's rules, and record-load itself, with tables that count. What
 * `core/cost/rates.ts` reckons is held against what this does.
 */

import { design } from '../../../core/cost/plan.js';
import { foldReport } from '../../../core/fleet/node-records.js';
import { heardIn } from '../../../core/fleet/shard-liveness.js';
import { murmur3 } from '../../../core/routing/partitions.js';
import { type EpochMs, epochMs } from '../../../core/time.js';
import { createHandler } from '../../../functions/record-load/handler.js';
import { Agenda } from '../assignment/events.js';
import { type Chance, chanceOf } from '../guard/chance.js';
import { cluster, type Reporter, reported, reporterOf, reportOf } from './nodes.js';
import { Tables, type Written } from './tables.js';

export interface IngestPlan {
  readonly seed: number;
  readonly nodes: number;
  readonly shards: number;
  /** Containers of record-load; a batch goes to any of them. */
  readonly containers: number;
  readonly newsPerNodeHour: number;
  /** Partitions that a node owns; 0: its application routes nothing. */
  readonly partitionsPerNode: number;
  readonly durationMs: number;
}

/** Of one run. */
export interface Ingest extends Written {
  readonly reports: number;
  readonly batches: number;
  /** Share of the time that shards were handled, all shards together: what Lambda calls concurrency. */
  readonly concurrency: number;
  readonly reportBytes: number;
  readonly recordBytes: number;
}

/** Two intervals: containers have learnt what is stored, and all news is on its way. Counting begins then. */
const warmUpMs = 10_000;
/** Any moment will do: nothing reads a wall clock. */
const startMs = 1_700_000_000_000;

interface Arrival {
  readonly shard: string;
  readonly data: string;
  readonly arrivedAtMs: number;
}

/** A shard of the stream as Lambda reads it: one batch at a time. */
interface Shard {
  readonly id: string;
  waiting: Arrival[];
  /** While a batch is handled. */
  isBusy: boolean;
  /** When the window of the batch that is gathered ends. */
  closesAtMs: number | undefined;
}

export async function simulateIngest(plan: IngestPlan): Promise<Ingest> {
  const run = new Run(plan);
  await run.play();
  return run.ingest();
}

class Run {
  readonly #plan: IngestPlan;
  readonly #chance: Chance;
  readonly #tables = new Tables();
  readonly #agenda = new Agenda();
  readonly #shards: readonly Shard[];
  readonly #containers: readonly ((event: unknown) => Promise<unknown>)[];
  #nowMs = 0;
  #ready: { readonly shard: Shard; readonly batch: readonly Arrival[] }[] = [];
  #reports = 0;
  #batches = 0;
  #handledMs = 0;
  #reportBytes = 0;
  #recordBytes = 0;

  constructor(plan: IngestPlan) {
    this.#plan = plan;
    this.#chance = chanceOf(plan.seed);
    this.#shards = Array.from({ length: plan.shards }, (_, index) => ({
      id: `shardId-${String(index).padStart(12, '0')}`,
      waiting: [],
      isBusy: false,
      closesAtMs: undefined,
    }));
    const container = () => createHandler(deps(this.#tables, () => this.#now()));
    this.#containers = Array.from({ length: plan.containers }, container);
    this.#begin();
  }

  async play(): Promise<void> {
    this.#agenda.at(warmUpMs, () => {
      [this.#reports, this.#batches, this.#handledMs] = [0, 0, 0];
      this.#tables.forgetWritten();
    });
    while (this.#agenda.nextMs <= warmUpMs + this.#plan.durationMs) {
      this.#nowMs = this.#agenda.nextMs;
      this.#agenda.step();
      for (const { shard, batch } of this.#ready) await this.#invoke(shard, batch);
      this.#ready = [];
    }
  }

  ingest(): Ingest {
    return {
      ...this.#tables.written,
      reports: this.#reports,
      batches: this.#batches,
      concurrency: this.#handledMs / this.#plan.durationMs,
      reportBytes: this.#reportBytes,
      recordBytes: this.#recordBytes,
    };
  }

  #now(): EpochMs {
    return epochMs(startMs + Math.round(this.#nowMs));
  }

  /** As after hours: every node has a record, of any age up to its heartbeat. */
  #begin(): void {
    const about = { newsPerHour: this.#plan.newsPerNodeHour, chance: this.#chance };
    const lives = this.#shards.map(() => [] as { node: string; incarnation: string; arrivedAtMs: EpochMs }[]);
    for (let index = 0; index < this.#plan.nodes; index += 1) {
      const first = reporterOf(index, about);
      const [shard] = this.#shardOf(first.node);
      const paceMs = Math.min(
        Math.max((design.heartbeatPerNodeMs * this.#plan.nodes) / this.#plan.shards, design.heartbeatMinMs),
        design.heartbeatMaxMs,
      );
      const arrivedAtMs = epochMs(startMs - Math.round(0.9 * paceMs * this.#chance.uniform()));
      const fold = foldReport(undefined, reportOf(first, this.#plan.partitionsPerNode), arrivedAtMs);
      if (fold.kind === 'changed') {
        const held = { label: 'v42-0a1b2c3d', sinceMs: epochMs(startMs - 86_400_000) };
        const profiles = Object.entries(fold.record.profiles).map(([name, of]) => [name, { ...of, held }]);
        this.#recordBytes = this.#tables.store({ ...fold.record, profiles: Object.fromEntries(profiles) });
      }
      lives[shard]?.push({ node: first.node, incarnation: first.incarnation, arrivedAtMs });
      const next = reported(first, about);
      this.#agenda.at(first.dueAtMs, () => this.#report({ ...next, dueAtMs: first.dueAtMs }));
    }
    for (const [index, heard] of lives.entries()) {
      const shard = this.#shards[index];
      if (shard && heard.length > 0) this.#tables.storeShard(heardIn(shard.id, heard, epochMs(startMs)));
    }
  }

  readonly #report = (reporter: Reporter): void => {
    const text = JSON.stringify(reportOf(reporter, this.#plan.partitionsPerNode));
    this.#reports += 1;
    this.#reportBytes = Buffer.byteLength(text);
    const [, shard] = this.#shardOf(reporter.node);
    shard.waiting.push({
      shard: shard.id,
      data: Buffer.from(text).toString('base64'),
      arrivedAtMs: startMs + this.#nowMs,
    });
    this.#gather(shard);
    const next = reported(reporter, { newsPerHour: this.#plan.newsPerNodeHour, chance: this.#chance });
    this.#agenda.at(next.dueAtMs, () => this.#report(next));
  };

  #shardOf(node: string): readonly [index: number, shard: Shard] {
    const index = murmur3(`${cluster}/${node}`) % this.#shards.length;
    return [index, this.#shards[index] as Shard];
  }

  /** The window opens with the first record; full is full. */
  #gather(shard: Shard): void {
    if (shard.isBusy || shard.waiting.length === 0) return;
    if (shard.closesAtMs === undefined) {
      const closesAtMs = this.#nowMs + design.batchWindowMs;
      shard.closesAtMs = closesAtMs;
      this.#agenda.at(closesAtMs, () => {
        if (shard.closesAtMs === closesAtMs) this.#close(shard);
      });
    }
    if (shard.waiting.length >= design.batchRecords) this.#close(shard);
  }

  #close(shard: Shard): void {
    shard.closesAtMs = undefined;
    shard.isBusy = true;
    const batch = shard.waiting.splice(0, design.batchRecords);
    const handledMs = design.recordLoad.perInvocationMs + design.recordLoad.perItemMs * batch.length;
    this.#batches += 1;
    this.#handledMs += handledMs;
    this.#ready.push({ shard, batch });
    this.#agenda.at(this.#nowMs + handledMs, () => {
      shard.isBusy = false;
      this.#gather(shard);
    });
  }

  async #invoke(shard: Shard, batch: readonly Arrival[]): Promise<void> {
    const container = Math.floor(this.#containers.length * this.#chance.uniform());
    await this.#containers[container]?.({
      Records: batch.map(({ data, arrivedAtMs }, index) => ({
        eventID: `${shard.id}:${this.#batches}-${index}`,
        kinesis: {
          sequenceNumber: `${this.#batches}-${index}`,
          data,
          approximateArrivalTimestamp: arrivedAtMs / 1_000,
        },
      })),
    });
  }
}

function deps(tables: Tables, clock: () => EpochMs): Parameters<typeof createHandler>[0] {
  const quiet = () => undefined;
  let dueAtMs = epochMs(0);
  return {
    records: tables.records(),
    liveness: tables.liveness(),
    assignments: {
      takeTurn: async (_cluster, { nowMs, nextMs, earlyMs }) => {
        if (nowMs + earlyMs < dueAtMs) return { dueAtMs };
        dueAtMs = nextMs;
        tables.written.turns += 1;
        return 'mine';
      },
    },
    requests: { ask: async () => undefined },
    routedClusters: [cluster],
    deadLetters: {
      put: async ({ reason }) => {
        throw new Error(`a report was refused: ${reason}`);
      },
    },
    clock,
    log: {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (what, error) => {
        throw new Error(what, { cause: error });
      },
    } as Parameters<typeof createHandler>[0]['log'],
    gauges: { emit: quiet },
    measures: { count: quiet, flush: quiet },
  };
}

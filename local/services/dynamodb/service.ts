/** DynamoDB: dynalite's engine with what it lacks around it. See behaviour.md. */
import type { Activity } from '../../kernel/activity.js';
import type { Identity, Json, Service } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import { handleJson } from '../../kernel/json-protocol.js';
import { fromWire, toWire } from '../../kernel/wire.js';
import { Engine } from './engine.js';
import { sweepEveryMs } from './limits.js';
import { describeContinuousBackups, updateContinuousBackups } from './operations/backups.js';
import { writeItem } from './operations/items.js';
import { createTable, deleteTable, describeTable, updateTable } from './operations/tables.js';
import { describeTimeToLive, sweepExpired, updateTimeToLive } from './operations/time-to-live.js';

export interface DynamodbDeps {
  readonly clock: Clock;
  readonly identity: Identity;
  /** Counts a sweep under way. */
  readonly activity?: Activity;
  /** Directory where the tables are kept. Default: memory only. */
  readonly path?: string | undefined;
  /** Told when expired items could not be deleted; the next sweep tries again. */
  readonly onLog?: (line: { source: string; text: string; atMs: number }) => void;
}

type Run = (engine: Engine, input: Json) => Promise<Json>;

/** Operations that differ from dynalite's, or that it does not have. */
const operations: Readonly<Record<string, Run>> = {
  CreateTable: createTable,
  DeleteItem: writeItem('DeleteItem'),
  DeleteTable: deleteTable,
  DescribeContinuousBackups: describeContinuousBackups,
  DescribeTable: describeTable,
  DescribeTimeToLive: describeTimeToLive,
  PutItem: writeItem('PutItem'),
  UpdateContinuousBackups: updateContinuousBackups,
  UpdateItem: writeItem('UpdateItem'),
  UpdateTable: updateTable,
  UpdateTimeToLive: updateTimeToLive,
};

/** Members that are not plain JSON: an attribute that happens to bear such a name holds an object, so it is left alone. */
const members = {
  blobs: ['B', 'BS'],
  timestamps: [
    'CreationDateTime',
    'LastDecreaseDateTime',
    'LastIncreaseDateTime',
    'LastUpdateToPayPerRequestDateTime',
  ],
};

/**
 * Opens the store. `call` takes and gives low-level attribute values, with `B` and `BS` as Uint8Array. Throws when `path`
 * cannot be opened, naming it.
 */
export async function createDynamodb(deps: DynamodbDeps): Promise<Service> {
  const engine = new Engine(deps);
  await engine.open().catch((cause: unknown) => {
    throw new Error(`Cannot open the kept tables in ${deps.path}: is another local AWS using it?`, { cause });
  });
  const run = async (operation: string, input: Json) => {
    const ours = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    return await (ours ? ours(engine, input) : engine.run(operation, input));
  };
  const stopSweeping = sweepRegularly(deps, engine);
  return {
    name: 'dynamodb',
    call: async (operation, input) => {
      const output = await run(operation, toWire(input, 'epoch-seconds') as Json);
      return fromWire(output, members) as Json;
    },
    handle: handleJson(
      { target: 'DynamoDB_20120810', version: '1.0', errorPrefix: 'com.amazonaws.dynamodb.v20120810#' },
      run,
    ),
    close: async () => {
      await stopSweeping();
      await engine.close();
    },
  };
}

/** Deletes what has expired, every `sweepEveryMs`; the returned function stops that and waits for a sweep under way. */
function sweepRegularly({ clock, onLog, activity }: DynamodbDeps, engine: Engine): () => Promise<void> {
  let sweeping: Promise<unknown> | undefined;
  let cancel: () => void = () => undefined;
  const arm = () => {
    cancel = clock.after(sweepEveryMs, () => {
      arm();
      sweeping ??= sweepExpired(engine, Math.floor(clock.now() / 1000))
        .catch((error: unknown) => {
          const text = `Cannot delete expired items: ${String(error)}`;
          onLog?.({ source: 'dynamodb', text, atMs: clock.now() });
        })
        .finally(() => {
          sweeping = undefined;
        });
      void activity?.track(sweeping);
    });
  };
  arm();
  return async () => {
    cancel();
    await sweeping;
  };
}

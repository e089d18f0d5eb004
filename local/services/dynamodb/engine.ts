/**
 * Dynalite, called in process: its parsers, validations and actions over its store, without its HTTP server. Items and
 * expressions are dynalite's; what it lacks is built around it in `operations/`. Values are in wire form (`B` is base64).
 */
import { create, type KeyedDb, type Store } from 'dynalite/db/index.js';
import { checkTypes, checkValidations } from 'dynalite/validations/index.js';
import { AwsError, type Identity, type Json } from '../../kernel/aws.js';
import { unknownOperation, validationError } from '../../kernel/operations.js';
import { type EngineOperation, engineOperations } from './engine-operations.js';

export interface EngineOptions {
  readonly identity: Identity;
  /** Directory of the LevelDB files. Default: memory only. */
  readonly path?: string | undefined;
}

/** What the store keeps of a table: DescribeTable's shape and, under `Local`, what only this local AWS reads. */
export interface TableRecord extends Json {
  readonly TableName: string;
  readonly TableStatus: string;
  readonly TableArn: string;
  readonly KeySchema: readonly { readonly AttributeName: string }[];
  readonly Local?: LocalSettings;
}

interface LocalSettings {
  /** Attribute that holds an item's expiry, in seconds since the epoch; absent while TTL is off. */
  readonly timeToLiveAttribute?: string;
  readonly pointInTimeRecoveryDays?: number;
}

export interface RunOptions {
  /** Members added after the checks: what CreateTable is given here is stored with the table. */
  readonly extra?: Json;
  /** Answer a failed condition with the item that failed it, as `ReturnValuesOnConditionCheckFailure: ALL_OLD` asks. */
  readonly returnFailedItem?: boolean;
}

export class Engine {
  private readonly store: Store;

  constructor(options: EngineOptions) {
    const instant = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
    this.store = create({ ...instant, ...(options.path === undefined ? {} : { path: options.path }) });
    this.store.tableDb.awsAccountId = options.identity.accountId;
    this.store.tableDb.awsRegion = options.identity.region;
  }

  /** Waits for the store. Throws when its files cannot be opened, for instance because another process holds them. */
  open(): Promise<void> {
    return this.store.db.open();
  }

  close(): Promise<void> {
    return callback((done) => this.store.db.close(done)).then(() => undefined);
  }

  /**
   * Runs one operation on wire-form input. Throws `AwsError` with AWS's names; ValidationException for a member that
   * the engine would silently drop. The input is handed over: the checks take members out of it.
   */
  async run(name: string, input: Json, options: RunOptions = {}): Promise<Json> {
    const operation = operationOf(name);
    refuseUnknownMembers(name, operation, input);
    const data = { ...this.check(operation, input), ...options.extra };
    const seen: { item?: Json } = {};
    const store = options.returnFailedItem ? remembering(this.store, seen) : this.store;
    try {
      const output = await callback<Json | string>((done) => operation.action(store, data, done));
      return typeof output === 'object' ? output : {};
    } catch (error) {
      throw toAwsError(error, seen.item);
    }
  }

  /** The stored record of a table. Throws ResourceNotFoundException. */
  async table(name: string): Promise<TableRecord> {
    const { Table } = await this.run('DescribeTable', { TableName: name });
    return Table as TableRecord;
  }

  /** Rewrites a table's record under the table's lock. Throws ResourceNotFoundException. */
  async changeTable(name: string, change: (record: TableRecord) => TableRecord): Promise<TableRecord> {
    const release = await acquire(this.store.tableDb, name);
    try {
      const changed = change(await this.table(name));
      await callback((done) => this.store.tableDb.put(name, changed, done));
      return changed;
    } finally {
      release();
    }
  }

  private check(operation: EngineOperation, input: Json): Json {
    const { types, custom } = operation.validation;
    try {
      const data = checkTypes(input, types);
      checkValidations(data, types, custom, this.store);
      return data;
    } catch (error) {
      throw toAwsError(error);
    }
  }
}

function operationOf(name: string): EngineOperation {
  const operation = Object.hasOwn(engineOperations, name) ? engineOperations[name] : undefined;
  if (!operation) throw unknownOperation('dynamodb', name);
  return operation;
}

function refuseUnknownMembers(name: string, operation: EngineOperation, input: Json): void {
  const unknown = Object.keys(input).find(
    (member) => input[member] !== undefined && !Object.hasOwn(operation.validation.types, member),
  );
  if (unknown) throw validationError(`The local AWS does not implement ${unknown} of dynamodb:${name}`);
}

/**
 * The store, remembering the item that the action read last. Actions read an item and check its condition under one lock,
 * so this is exactly the item that failed the condition.
 */
function remembering(store: Store, seen: { item?: Json }): Store {
  const getItemDb = (table: string): KeyedDb => {
    const items = store.getItemDb(table);
    return {
      lock: items.lock.bind(items),
      put: items.put.bind(items),
      get: (key, done) =>
        items.get(key, (error, item) => {
          if (item) seen.item = item;
          done(error, item);
        }),
    };
  };
  return { ...store, getItemDb };
}

function acquire(db: KeyedDb, key: string): Promise<() => void> {
  return new Promise((resolve) => {
    db.lock(key, (release) => resolve(() => release(() => undefined)(null)));
  });
}

function callback<T>(run: (done: (error: unknown, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    run((error, value) => (error ? reject(error) : resolve(value as T)));
  });
}

interface EngineError {
  readonly statusCode: number;
  readonly body: { readonly __type: string; readonly message?: string; readonly Message?: string };
}

function toAwsError(error: unknown, failedItem?: Json): unknown {
  if (!isEngineError(error)) return error;
  const { __type, message, Message, ...members } = error.body;
  const name = __type.slice(__type.indexOf('#') + 1);
  const item = name === 'ConditionalCheckFailedException' && failedItem ? { Item: failedItem } : {};
  return new AwsError({
    name,
    status: error.statusCode,
    message: message ?? Message ?? '',
    members: { ...members, ...item },
  });
}

function isEngineError(error: unknown): error is EngineError {
  return error instanceof Error && 'statusCode' in error && 'body' in error;
}

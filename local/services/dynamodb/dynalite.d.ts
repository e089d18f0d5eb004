/** The inner modules of dynalite that `engine.ts` uses: it ships no types of its own. */

declare module 'dynalite/db/index.js' {
  type Callback<T> = (error: unknown, value?: T) => void;

  export interface KeyedDb {
    lock(
      key: string | readonly string[],
      locked: (release: <T>(callback: Callback<T>) => Callback<T>) => void,
    ): void;
    get(key: string, callback: Callback<Record<string, unknown>>): void;
    put(key: string, value: unknown, callback: Callback<undefined>): void;
  }

  export interface Store {
    readonly db: { open(): Promise<void>; close(callback: Callback<undefined>): void };
    readonly tableDb: KeyedDb & { awsAccountId: string; awsRegion: string };
    getItemDb(table: string): KeyedDb;
  }

  export interface StoreOptions {
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
    path?: string;
  }

  export function create(options: StoreOptions): Store;
}

declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js';

  export interface Validation {
    types: Record<string, unknown>;
    custom?: (data: Record<string, unknown>, store: Store) => string | undefined;
  }

  export function checkTypes(data: unknown, types: Record<string, unknown>): Record<string, unknown>;
  export function checkValidations(
    ...input: [
      data: Record<string, unknown>,
      types: Record<string, unknown>,
      custom: Validation['custom'],
      store: Store,
    ]
  ): void;
}

declare module 'dynalite/validations/*' {
  import type { Validation } from 'dynalite/validations/index.js';

  const validation: Validation;
  export = validation;
}

declare module 'dynalite/actions/*' {
  import type { Store } from 'dynalite/db/index.js';

  const action: (
    store: Store,
    data: Record<string, unknown>,
    callback: (error: unknown, output?: Record<string, unknown> | string) => void,
  ) => void;
  export = action;
}

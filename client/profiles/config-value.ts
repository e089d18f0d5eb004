/** The value of one profile, as the service reads it. */

import type { Config, ConfigChange, ProfileState } from '../node.js';
import type { SafeLog } from '../safe-log.js';

export interface ConfigValueDeps {
  readonly profile: string;
  readonly state: () => ProfileState;
  readonly log: SafeLog;
}

export interface ConfigValue {
  /** What the service holds. Its members work on their own, so they may be taken apart. */
  readonly config: Config<unknown>;
  /** Puts a frozen value in force and tells every listener. */
  replace(value: unknown, label: string | undefined): void;
}

type Listener = (change: ConfigChange<unknown>) => unknown;

/** Holds one value and replaces it by reference, so that reading it is reading a variable. */
export function createConfigValue({ profile, state, log }: ConfigValueDeps): ConfigValue {
  const listeners = new Map<symbol, Listener>();
  let current: unknown;
  const failed = (error: unknown) => log('error', `a listener of ${profile} failed`, { profile, error });
  const tell = (listener: Listener, change: ConfigChange<unknown>) => {
    try {
      const result = listener(change);
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
  const config: Config<unknown> = {
    get: () => current,
    state,
    onChange: (listener) => {
      const key = Symbol(profile);
      listeners.set(key, listener);
      return () => void listeners.delete(key);
    },
  };
  const replace = (value: unknown, label: string | undefined) => {
    const previous = current;
    current = value;
    for (const listener of [...listeners.values()]) tell(listener, { value, previous, label });
  };
  return { config: Object.freeze(config), replace };
}

/** The pollers of all event source mappings. */
import type { MappingRecord } from '../state.js';
import { findFunctionRole, type MappingsOptions } from './options.js';
import { createPoller, type Poller } from './poller.js';

export interface Mappings {
  /** Begins to read; throws when the stream cannot be read. */
  start(mapping: MappingRecord): Promise<void>;
  /** Begins to read, now or when the stream is there. */
  resume(mapping: MappingRecord): void;
  stop(uuid: string): void;
  close(): void;
}

export function createMappings(options: MappingsOptions): Mappings {
  const pollers = new Map<string, Poller>();
  const open = (mapping: MappingRecord): Poller => {
    pollers.get(mapping.UUID)?.stop();
    const roleArn = () => findFunctionRole(options.state, mapping.FunctionArn);
    const onTrouble = (text: string) => options.onTrouble(mapping.FunctionArn, text);
    const poller = createPoller({ ...options, mapping, roleArn, onTrouble });
    pollers.set(mapping.UUID, poller);
    return poller;
  };
  const stop = (uuid: string) => {
    pollers.get(uuid)?.stop();
    pollers.delete(uuid);
  };
  return {
    stop,
    start: (mapping) => open(mapping).start(),
    resume: (mapping) => open(mapping).startPatiently(),
    close: () => {
      for (const uuid of [...pollers.keys()]) stop(uuid);
    },
  };
}

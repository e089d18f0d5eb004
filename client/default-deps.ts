/** What a node needs from outside, as it is outside of tests: the machine's time, its disk, and AWS. */

import os from 'node:os';
import path from 'node:path';
import type { ConfigurationSessions } from '../core/configuration-sessions.js';
import type { LoadReports } from '../core/load-reports.js';
import { loadStream } from '../core/names.js';
import type { Application } from '../core/profiles.js';
import { type NodeClock, systemClock } from './clock.js';
import { type CopyFiles, copyFiles } from './disk/copy-files.js';
import { nodeNameOf, type Settings } from './options.js';

export interface NodeDeps {
  readonly clock: NodeClock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly sessions: ConfigurationSessions;
  readonly reports: LoadReports;
  /** Absent: nothing is kept. */
  readonly disk?: CopyFiles | undefined;
  /** The name of this machine: a node's name when nobody chose one. */
  readonly hostName: string;
}

/** Nothing of it connects, and no AWS client is loaded, before it is used. */
export function defaultDeps(application: Application, settings: Settings): NodeDeps {
  const hostName = os.hostname();
  const { directory = path.join(os.tmpdir(), 'veltrix'), environment, stage } = settings;
  const node = nodeNameOf(settings, hostName);
  return {
    clock: systemClock,
    random: Math.random,
    sessions: lazySessions(),
    reports: lazyReports(loadStream(stage)),
    disk:
      directory === false ? undefined : copyFiles(path.join(directory, application.name, environment, node)),
    hostName,
  };
}

function lazySessions(): ConfigurationSessions {
  const load = once(async () => {
    const { appConfigSessions } = await import('../aws/configuration-sessions.js');
    return appConfigSessions();
  });
  return {
    start: async (target, signal) => (await load.get()).start(target, signal),
    poll: async (token, signal) => (await load.get()).poll(token, signal),
    close: () => load.ifLoaded((sessions) => sessions.close()),
  };
}

function lazyReports(streamName: string): LoadReports {
  const load = once(async () => {
    const { kinesisLoadReports } = await import('../aws/load-stream.js');
    return kinesisLoadReports(streamName);
  });
  return {
    put: async (reports, signal) => (await load.get()).put(reports, signal),
    close: () => load.ifLoaded((reports) => reports.close()),
  };
}

/** Makes something when it is first asked for; a failure is tried again the next time. */
function once<Thing>(make: () => Promise<Thing>) {
  let making: Promise<Thing> | undefined;
  return {
    get: (): Promise<Thing> => {
      making ??= make().catch((error: unknown) => {
        making = undefined;
        throw error;
      });
      return making;
    },
    ifLoaded: (use: (thing: Thing) => void): void => void making?.then(use, () => undefined),
  };
}

/** What a node needs from outside, as it is outside of tests: the machine's time, its disk, and AWS. */

import os from 'node:os';
import path from 'node:path';
import { formatCluster } from '../core/addresses.js';
import type { AssignmentReader } from '../core/assignment/table/tables.js';
import type { ConfigurationSessions } from '../core/delivery/configuration-sessions.js';
import type { LoadReports } from '../core/fleet/load-reports.js';
import { assignmentsTable, loadStream } from '../core/names.js';
import type { Application } from '../core/profiles.js';
import type { SecretValues } from '../core/secrets/secret-values.js';
import { type NodeClock, systemClock } from './clock.js';
import type { CopyFiles } from './disk/copy-files.js';
import { nodeNameOf, type Settings } from './options.js';
import type { OverrideSource } from './overrides/override-watch.js';
import { loadTelemetry } from './telemetry/load.js';
import type { Telemetry, Whose } from './telemetry/telemetry.js';

export interface NodeDeps {
  readonly clock: NodeClock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** For how long this thread's event loop has been busy, since any instant before. Absent: nothing is known of it. */
  readonly loopBusyMs?: (() => number) | undefined;
  readonly sessions: ConfigurationSessions;
  readonly reports: LoadReports;
  /** Absent: no table is read, as where the application declares no `routing`. */
  readonly assignments?: AssignmentReader | undefined;
  /** Absent: nothing is kept. */
  readonly disk?: CopyFiles | undefined;
  /** Where a person may put a word for this node alone. Absent: nobody can. */
  readonly overrides?: OverrideSource | undefined;
  /** Absent: no value may name a secret. */
  readonly secrets?: SecretValues | undefined;
  /** The name of this machine: a node's name when nobody chose one. */
  readonly hostName: string;
  /** Absent: nobody measures. */
  readonly telemetry?: ((whose: Whose) => Telemetry) | undefined;
}

/** Nothing of it connects, and no AWS client is loaded, before it is used. */
export async function defaultDeps(application: Application, settings: Settings): Promise<NodeDeps> {
  const hostName = os.hostname();
  const { environment, stage } = settings;
  const below = path.join(application.name, environment, nodeNameOf(settings, hostName));
  return {
    clock: systemClock,
    random: Math.random,
    loopBusyMs: () => performance.eventLoopUtilization().active,
    sessions: lazySessions(),
    reports: lazyReports(loadStream(stage)),
    assignments:
      application.routing &&
      lazyAssignments(assignmentsTable(stage), formatCluster({ application: application.name, environment })),
    ...(await filesOf(settings, below)),
    secrets: lazySecrets(),
    hostName,
    telemetry: await loadTelemetry(),
  };
}

async function filesOf(
  { directory }: Settings,
  below: string,
): Promise<Pick<NodeDeps, 'disk' | 'overrides'>> {
  if (directory === false) return {};
  const { defaultFiles } = await import('./disk/default-files.js');
  return defaultFiles(directory, below);
}

function lazySessions(): ConfigurationSessions {
  const load = once(async () => {
    const { appConfigSessions } = await import('../aws/appconfig/configuration-sessions.js');
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
    const { kinesisLoadReports } = await import('../aws/kinesis/load-stream.js');
    return kinesisLoadReports(streamName);
  });
  return {
    put: async (reports, signal) => (await load.get()).put(reports, signal),
    close: () => load.ifLoaded((reports) => reports.close()),
  };
}

function lazySecrets(): SecretValues {
  const load = once(async () => {
    const { secretValues } = await import('../aws/secrets-manager/secret-values.js');
    return secretValues();
  });
  return {
    read: async (name, signal) => (await load.get()).read(name, signal),
    close: () => load.ifLoaded((secrets) => secrets.close()),
  };
}

function lazyAssignments(table: string, cluster: string): AssignmentReader {
  const load = once(async () => {
    const { nodeAssignments } = await import('../aws/dynamodb/node-assignments.js');
    return nodeAssignments(table, cluster);
  });
  return {
    head: async (signal) => (await load.get()).head(signal),
    table: async (head, signal) => (await load.get()).table(head, signal),
    roster: async (head, signal) => (await load.get()).roster(head, signal),
    close: () => load.ifLoaded((reader) => reader.close()),
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

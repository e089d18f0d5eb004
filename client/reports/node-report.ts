/** Puts together what a node says of itself. */

import type { NodeHealth, NodeReport, ProfileReport } from '../../core/fleet/node-reports.js';
import type { ProfileState } from '../node.js';
import type { Settings } from '../options.js';
import type { LabelCounters } from './label-counters.js';

export interface ReportedProfile {
  readonly name: string;
  readonly schemaVersion: number;
  readonly state: ProfileState;
  readonly counters: LabelCounters;
}

export interface ReportFacts extends Pick<NodeReport, 'ownership' | 'work' | 'hotKeys' | 'misdirected'> {
  readonly cluster: string;
  readonly node: string;
  readonly incarnation: string;
  readonly settings: Pick<Settings, 'endpoint' | 'labels' | 'capacity' | 'report'>;
  readonly health: NodeHealth;
  readonly load: number;
  readonly queueDepth: number;
  readonly inFlight: number;
  readonly unitsPerSecond: number | undefined;
  readonly shed: number;
  readonly profiles: readonly ReportedProfile[];
  readonly sequence: number;
  readonly droppedReports: number;
}

/** As a report admits (core/fleet/node-reports.ts). */
const errorMaxChars = 500;

/** A report in the form of `core/fleet/node-reports.ts`. */
export function nodeReport({ settings, profiles, unitsPerSecond, shed, ...facts }: ReportFacts): NodeReport {
  const { endpoint, labels, capacity, report } = settings;
  return {
    form: 1,
    ...facts,
    ...(report !== false && { reportIntervalMs: Math.round(report.intervalSeconds * 1000) }),
    ...(endpoint !== undefined && { endpoint }),
    labels,
    capacity,
    ...(unitsPerSecond !== undefined && { unitsPerSecond }),
    ...(shed > 0 && { shed }),
    profiles: Object.fromEntries(profiles.map((profile) => [profile.name, profileReport(profile)])),
  };
}

function profileReport({ state, schemaVersion, counters }: ReportedProfile): ProfileReport {
  const { label, source, refused, lastError, override, secretsError } = state;
  return {
    ...(label !== undefined && { label }),
    source,
    ...(refused && { refused }),
    ...(lastError !== undefined && { lastError: lastError.slice(0, errorMaxChars) }),
    ...(override && { override }),
    ...(secretsError !== undefined && { secretsError: secretsError.slice(0, errorMaxChars) }),
    schemaVersion,
    counters: counters.report(),
  };
}

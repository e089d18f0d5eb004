/** What the rest of the client sees of telemetry: it hands over its ports, and what may be asked when somebody measures. */

import type { AssignmentReader } from '../../core/assignment/table/tables.js';
import type { ConfigurationSessions } from '../../core/delivery/configuration-sessions.js';
import type { LoadReports } from '../../core/fleet/load-reports.js';
import type { Ending } from '../../core/routing/standing.js';
import type { NodeStatus } from '../node.js';
import type { LabelCounters } from '../reports/label-counters.js';

/** A request that a router had sent. */
export interface RoutedRequest {
  readonly how: Ending;
  /** Whether this node did it itself. */
  readonly isSelf: boolean;
  readonly durationMs: number;
}

/** What a node knows of itself now. */
export interface Observed {
  readonly status: NodeStatus;
  readonly counters: ReadonlyMap<string, LabelCounters>;
  /** Nodes that the router knows. */
  readonly nodes: number;
  /** Work units since the start that another node owns. */
  readonly misdirected: number;
  readonly nowMs: number;
}

export interface Telemetry {
  /** The same ports, timed. */
  sessions(profile: string, sessions: ConfigurationSessions): ConfigurationSessions;
  reports(reports: LoadReports): LoadReports;
  assignments(reader: AssignmentReader): AssignmentReader;
  changed(profile: string): void;
  routed(request: RoutedRequest): void;
  /** From here on `look` is asked whenever somebody measures. @returns a function that ends it. */
  observe(look: () => Observed): () => void;
}

/** Whose telemetry it is. */
export interface Whose {
  readonly application: string;
  readonly environment: string;
  readonly node: string;
  readonly monotonicMs: () => number;
}

/** The door of `veltrix`: what a service imports. */

import type { Application } from '../core/profiles.js';
import { connectWith } from './connect.js';
import { defaultDeps } from './default-deps.js';
import type { Node } from './node.js';
import { type ConnectOptions, readOptions } from './options.js';

export {
  ConfigurationMissing,
  isVeltrixError,
  Misdirected,
  Overloaded,
  ServiceUnavailable,
  UsageError,
  VeltrixError,
} from '../core/errors.js';
export type { NodeHealth, OverrideReport, ValueSource } from '../core/fleet/node-reports.js';
export type { Secret } from '../core/secrets/secrets-in.js';
export type {
  Config,
  ConfigChange,
  Frozen,
  Node,
  NodeStatus,
  ProfileState,
  ReportState,
  WorkCounts,
} from './node.js';
export type { ConnectOptions, Log } from './options.js';
export type {
  Assigned,
  Ending,
  MeasureOptions,
  Peer,
  PeerChange,
  PeerFilter,
  Revoked,
  Router,
  SendOptions,
  ServeOptions,
  Task,
} from './routing/router.js';

/**
 * Loads an application's configuration for one environment and keeps it current. Resolves when every profile has a value:
 * AppConfig's, else the last good one from disk, else (where `onMissing` says so) the profile's defaults.
 * @throws UsageError when an option is wrong.
 * @throws ConfigurationMissing when a profile has no value; nothing keeps running then.
 */
export async function connect<const App extends Application>(
  application: App,
  options: ConnectOptions<App>,
): Promise<Node<App>> {
  const settings = readOptions(application, options);
  return connectWith(application, options, await defaultDeps(application, settings));
}

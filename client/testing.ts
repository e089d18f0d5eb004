/** The door of `veltrix/testing`: a node for a service's own tests. No network, no timers, no disk. */

import type * as z from 'zod';
import { formatCluster, formatProfile } from '../core/addresses.js';
import { checkValue } from '../core/content/content.js';
import { ConfigurationMissing, ContentRefused, UsageError } from '../core/errors.js';
import type { Application, Profile, ProfileName } from '../core/profiles.js';
import type { Node, NodeStatus, ProfileState } from './node.js';
import { type ConfigValue, createConfigValue } from './profiles/config-value.js';
import { deepFreeze } from './profiles/deep-freeze.js';
import { LoadMeter } from './reports/load-meter.js';
import { Work } from './reports/work.js';
import { safeLog } from './safe-log.js';

/** A profile's value as one writes it in a configuration file. */
export type TestValue<App extends Application, Name extends ProfileName<App>> = z.input<
  Extract<App['profiles'][number], { readonly name: Name }>['schema']
>;

export interface TestNodeOptions<App extends Application> {
  /** Default: the application's first. */
  readonly environment?: App['environments'][number];
  /** A profile left out starts with its own `defaults`. */
  readonly values?: { readonly [Name in ProfileName<App>]?: TestValue<App, Name> };
}

export interface TestNode<App extends Application> extends Node<App> {
  /**
   * Puts another value in force; listeners have been called when it returns.
   * @throws ContentRefused when the schema, read strictly, does not admit it.
   */
  set<Name extends ProfileName<App>>(profile: Name, value: TestValue<App, Name>): void;
}

/**
 * A node whose configuration the test writes.
 * @throws ContentRefused when a value does not suit its schema.
 * @throws ConfigurationMissing when a profile has neither a value nor defaults.
 */
export function createTestNode<const App extends Application>(
  application: App,
  options: TestNodeOptions<App> = {},
): TestNode<App> {
  const environment = options.environment ?? application.environments[0] ?? '';
  const cluster = { application: application.name, environment };
  const given: Readonly<Record<string, unknown>> = options.values ?? {};
  refuseUnknown(application, Object.keys(given));
  const held = new Map(application.profiles.map((profile) => [profile.name, hold(profile)]));
  for (const profile of application.profiles) {
    held.get(profile.name)?.set(given[profile.name] ?? defaultsOf(profile, formatCluster(cluster)));
  }
  const node = testNode(cluster, held);
  // The one place where names become types: `config` is built from the application's own profiles.
  return node as unknown as TestNode<App>;
}

interface Held extends ConfigValue {
  set(value: unknown): void;
}

function hold(profile: Profile): Held {
  let version = 0;
  const labelNow = () => `test-${version}`;
  const state = (): ProfileState => ({ label: labelNow(), source: 'cloud', ageMs: 0 });
  const held = createConfigValue({ profile: profile.name, state, log: throwFailure });
  const set = (value: unknown) => {
    const checked = checkValue(profile, structuredClone(value), 'strict');
    if (!checked.ok) throw new ContentRefused(profile.name, checked.problems);
    version += 1;
    held.replace(deepFreeze(checked.value), labelNow());
  };
  return { ...held, set };
}

/** In a test, a listener that fails is a failure of the test. */
function throwFailure(_level: string, message: string, { error }: Readonly<Record<string, unknown>>): void {
  throw error instanceof Error ? error : new Error(message);
}

function defaultsOf(profile: Profile, cluster: string): unknown {
  if (profile.defaults !== undefined) return profile.defaults;
  throw new ConfigurationMissing(`${cluster}/${profile.name} has no value: the profile has no defaults`, {
    hint: `Give it one: createTestNode(application, { values: { ${JSON.stringify(profile.name)}: … } }).`,
  });
}

function refuseUnknown(application: Application, names: readonly string[]): void {
  const known = application.profiles.map((profile) => profile.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new UsageError(
    `${formatProfile({ application: application.name, environment: '*', profile: unknown })}: there is no such profile`,
    {
      hint: `Use ${known.join(', ')}.`,
    },
  );
}

function testNode(cluster: { application: string; environment: string }, held: ReadonlyMap<string, Held>) {
  const monotonicMs = () => performance.now();
  const meter = new LoadMeter(100, monotonicMs);
  const work = new Work({ ledgers: [], meter, monotonicMs, log: safeLog(undefined) });
  let health: NodeStatus['health'] = 'ready';
  const config = Object.fromEntries([...held].map(([name, { config }]) => [name, config]));
  return Object.freeze({
    name: 'test',
    config: Object.freeze(config),
    set: (profile: string, value: unknown) => held.get(profile)?.set(value),
    status: (): NodeStatus => ({
      node: 'test',
      cluster: formatCluster(cluster),
      incarnation: 'test',
      health,
      load: meter.load(),
      inFlight: work.inFlight,
      queueDepth: work.queueDepth,
      profiles: Object.fromEntries([...held].map(([name, { config }]) => [name, config.state()])),
      reports: { sent: 0, dropped: 0, pending: 0 },
    }),
    measure: <Result>(run: () => Result) => work.measure(run),
    count: work.count.bind(work),
    setQueueDepth: work.setQueueDepth.bind(work),
    drain: async () => {
      health = 'draining';
      await work.whenIdle();
    },
    close: async () => {
      health = 'stopped';
    },
  });
}

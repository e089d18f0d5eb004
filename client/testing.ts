/** The door of `veltrix/testing`: a node for a service's own tests. No network, no timers, no disk. */

import type * as z from 'zod';
import { formatCluster, formatProfile } from '../core/addresses.js';
import { checkValue } from '../core/content/content.js';
import { ConfigurationMissing, ContentRefused, UsageError } from '../core/errors.js';
import type { NodeHealth } from '../core/fleet/node-reports.js';
import { type Application, type Profile, type ProfileName, routingSettingsOf } from '../core/profiles.js';
import { fillSecret } from '../core/secrets/secret.js';
import { type Secret, secretsIn } from '../core/secrets/secrets-in.js';
import { createHandle } from './handle.js';
import type { Node, NodeStatus, ProfileState } from './node.js';
import { type ConfigValue, createConfigValue } from './profiles/config-value.js';
import { deepFreeze } from './profiles/deep-freeze.js';
import { createWorkload, type Workload } from './reports/workload.js';
import type { Membership } from './routing/membership.js';
import { selfPeer } from './routing/self-peer.js';
import { createTestCluster, stillClock, type TestPeer } from './routing/test-cluster.js';
import { unrouted } from './routing/unrouted.js';
import { safeLog } from './safe-log.js';

export type { TestPeer } from './routing/test-cluster.js';

/** A profile's value as one writes it in a configuration file. */
export type TestValue<App extends Application, Name extends ProfileName<App>> = z.input<
  Extract<App['profiles'][number], { readonly name: Name }>['schema']
>;

export interface TestNodeOptions<App extends Application> {
  /** Default: the application's first. */
  readonly environment?: App['environments'][number];
  /** A profile left out starts with its own `defaults`. */
  readonly values?: { readonly [Name in ProfileName<App>]?: TestValue<App, Name> };
  /**
   * What secrets reveal, by their references: `{ 'secretsmanager:shop/mail#password': 'abc' }`. Others reveal a text of their own,
   * made of their reference.
   */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Work units that `serve` begins at once. Default 100. */
  readonly capacity?: number;
  /** Work units that may wait for `serve`. Default 16. */
  readonly queueMax?: number;
}

export interface TestNode<App extends Application> extends Node<App> {
  /**
   * Puts another value in force; listeners have been called when it returns.
   * @throws ContentRefused when the schema, read strictly, does not admit it.
   */
  set<Name extends ProfileName<App>>(profile: Name, value: TestValue<App, Name>): void;
  /**
   * The other nodes of the cluster, in place of those before. Where the application declares `routing`, a test node begins alone,
   * as the owner of every key.
   * @throws UsageError where it declares none. So does `setOwner`.
   */
  setPeers(peers: readonly TestPeer[]): void;
  /**
   * Gives a key's partition to a node, by its name; this one is `test`. Listeners of `onAssigned` and `onRevoked` have been called
   * when it returns; taken back, it is served again when listeners of `onRevoked` have ended. Time stands still for routing: no lease
   * runs out, no attempt of `send` takes too long, and a node that failed stays aside.
   */
  setOwner(key: string, node: string): void;
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
  const { secrets = {} } = options;
  const held = new Map(application.profiles.map((profile) => [profile.name, hold(profile, secrets)]));
  for (const profile of application.profiles) {
    held.get(profile.name)?.set(given[profile.name] ?? defaultsOf(profile, formatCluster(cluster)));
  }
  const node = testNode({ application, cluster, held, options });
  // The one place where names become types: `config` is built from the application's own profiles.
  return node as unknown as TestNode<App>;
}

interface Held extends ConfigValue {
  set(value: unknown): void;
}

function hold(profile: Profile, secrets: Readonly<Record<string, string>>): Held {
  let version = 0;
  const labelNow = () => `test-${version}`;
  const state = (): ProfileState => ({ label: labelNow(), source: 'cloud', ageMs: 0 });
  const held = createConfigValue({ profile: profile.name, state, log: throwFailure });
  const set = (value: unknown) => {
    const checked = checkValue(profile, structuredClone(value), 'strict');
    if (!checked.ok) throw new ContentRefused(profile.name, checked.problems);
    for (const secret of secretsIn(checked.value)) fillSecret(secret, textOf(secret, secrets));
    version += 1;
    held.replace(deepFreeze(checked.value), labelNow());
  };
  return { ...held, set };
}

const textOf = ({ reference }: Secret, texts: Readonly<Record<string, string>>): string =>
  (Object.hasOwn(texts, reference) ? texts[reference] : undefined) ?? `the secret of ${reference}`;

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

interface TestNodeParts {
  readonly application: Application;
  readonly cluster: { readonly application: string; readonly environment: string };
  readonly held: ReadonlyMap<string, Held>;
  readonly options: { readonly capacity?: number; readonly queueMax?: number };
}

function testNode({ application, cluster, held, options }: TestNodeParts) {
  const { capacity = 100, queueMax = 16 } = options;
  const workload = createWorkload({
    node: 'test',
    capacity,
    queueMax,
    ledgers: [],
    monotonicMs: () => performance.now(),
    random: () => 0.5,
    log: safeLog(undefined),
  });
  let health: NodeHealth = 'ready';
  const self = () => selfPeer('test', { endpoint: undefined, labels: {}, capacity }, { health });
  const routing = routingSettingsOf(application);
  const routed = routing && createTestCluster({ self, partitions: routing.partitions, log: throwFailure });
  const membership = routed?.membership ?? unrouted(self, stillClock);
  const parts = { ...workload, membership, cluster: formatCluster(cluster), held };
  const handle = createHandle({
    ...workload,
    name: 'test',
    config: Object.fromEntries([...held].map(([name, { config }]) => [name, config])),
    membership,
    status: () => statusOf(parts, health),
    drain: async () => {
      health = 'draining';
      await workload.work.whenIdle();
    },
    close: async () => {
      health = 'stopped';
      void membership.stop();
    },
  });
  return Object.freeze({
    ...handle,
    set: (profile: string, value: unknown) => held.get(profile)?.set(value),
    setPeers: (peers: readonly TestPeer[]) => routable(routed, application).setPeers(peers),
    setOwner: (key: string, node: string) => routable(routed, application).setOwner(key, node),
  });
}

interface StatusParts extends Workload, Pick<TestNodeParts, 'held'> {
  readonly membership: Membership;
  readonly cluster: string;
}

const statusOf = (
  { meter, work, admission, membership, cluster, held }: StatusParts,
  health: NodeHealth,
): NodeStatus => ({
  node: 'test',
  cluster,
  incarnation: 'test',
  health,
  load: meter.load(),
  inFlight: work.inFlight,
  queueDepth: work.queueDepth,
  shed: admission.shedUnits,
  ...membership.status(),
  profiles: Object.fromEntries([...held].map(([name, { config }]) => [name, config.state()])),
  reports: { sent: 0, dropped: 0, pending: 0 },
});

function routable<Routed>(routed: Routed | undefined, { name }: Application): Routed {
  if (routed !== undefined) return routed;
  throw new UsageError(`${name} declares no routing: it has no peers and no owners`, {
    hint: `Declare it in config/${name}/application.ts: routing: { partitions: 1024 }.`,
  });
}

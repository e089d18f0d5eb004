/** Starts a node: from disk, from AppConfig, or from defaults, in this order of haste and the reverse order of preference. */

import { formatProfile } from '../core/addresses.js';
import { ConfigurationMissing } from '../core/errors.js';
import type { Application } from '../core/profiles.js';
import { ConnectedNode, type ConnectedNodeDeps } from './connected-node.js';
import type { NodeDeps } from './default-deps.js';
import type { Node } from './node.js';
import { type ConnectOptions, readOptions, type Settings } from './options.js';
import type { LiveProfile } from './profiles/live-profile.js';

/** `connect` of the door, with everything it needs from outside passed in. */
export async function connectWith<const App extends Application>(
  application: App,
  options: ConnectOptions<App>,
  deps: NodeDeps,
): Promise<Node<App>> {
  const settings = readOptions(application, options);
  const node = new ConnectedNode({ application, settings, ...deps, join: await joining(application) });
  await node.begin();
  await untilReady(node, settings, deps);
  const begins = await Promise.all(node.profiles.map((profile) => canBegin(profile, settings)));
  const missing = node.profiles.filter((_profile, index) => !begins[index]);
  if (missing.length === 0) {
    node.ready();
    // The one place where names become types: `config` is built from the application's own profiles.
    return node.handle as unknown as Node<App>;
  }
  const error = missingError(node, missing, settings);
  await node.close();
  throw error;
}

/** What routing takes is loaded only where an application declares it. */
async function joining(application: Application): Promise<ConnectedNodeDeps['join']> {
  if (!application.routing) return undefined;
  const { joinsOf } = await import('./routing/routed.js');
  return joinsOf(application);
}

/** Waits for AppConfig while it may still have something for a profile that has nothing. */
function untilReady(node: ConnectedNode, settings: Settings, { clock }: NodeDeps): Promise<void> {
  const isDecided = () => node.profiles.every((profile) => profile.readiness().kind !== 'waiting');
  return new Promise((resolve) => {
    if (isDecided()) return resolve();
    const end = () => {
      cancel();
      off();
      resolve();
    };
    const cancel = clock.setTimer(end, settings.startTimeoutMs, 'keepsAlive');
    const off = node.onChanged(() => isDecided() && end());
  });
}

async function canBegin(profile: LiveProfile, settings: Settings): Promise<boolean> {
  if (profile.readiness().kind === 'ready') return true;
  return settings.onMissing === 'defaults' && profile.useDefaults();
}

function missingError(
  node: ConnectedNode,
  missing: readonly LiveProfile[],
  settings: Settings,
): ConfigurationMissing {
  const lines = missing.map((profile) => `${formatProfile(profile.address)}: ${whyMissing(profile)}`);
  const disk = settings.directory === false ? 'none is kept on disk' : 'the disk holds none';
  return new ConfigurationMissing(`${node.name} cannot start: ${lines.join('; ')}; ${disk}`, {
    hint: hintFor(missing, settings),
    retryable: missing.some((profile) => profile.readiness().kind === 'waiting'),
  });
}

/** How a failure begins that is about a secret. */
const secret = 'secretsmanager:';

function whyMissing(profile: LiveProfile): string {
  const readiness = profile.readiness();
  if (readiness.kind === 'missing') return readiness.reason;
  const { lastError = 'no answer yet' } = profile.state();
  return lastError.startsWith(secret) ? lastError : `AppConfig did not answer in time (${lastError})`;
}

function hintFor(missing: readonly LiveProfile[], settings: Settings): string {
  const [first] = missing;
  const address = first ? formatProfile(first.address) : '';
  const readiness = first?.readiness();
  if (settings.onMissing === 'defaults')
    return `Publish a value for ${address}, or give its profile \`defaults\`.`;
  if (first && whyMissing(first).includes(secret))
    return 'Give the process the right to read the secret (secretsmanager:GetSecretValue), and see that it is there with `aws secretsmanager describe-secret`.';
  switch (readiness?.kind === 'missing' ? readiness.because : 'waiting') {
    case 'denied':
      return 'Give the process a region, and credentials that may call appconfig:StartConfigurationSession and appconfig:GetLatestConfiguration.';
    case 'not-found':
      return `Publish a value with \`veltrix publish ${address} -m "first values"\`, or start with the profile's defaults: onMissing: 'defaults'.`;
    case 'refused':
      return `See what does not suit with \`veltrix plan ${address}\`: publish another value, or start a build whose schema admits this one.`;
    default:
      return `Check that AppConfig can be reached from here (AWS_REGION, AWS_ENDPOINT_URL), or start with the profile's defaults: onMissing: 'defaults'.`;
  }
}

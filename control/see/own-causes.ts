/** What keeps a node from serving the version it holds as it is: a person's override, and secrets that it can read no more. */

import type { NodeRecord, ProfileRecord } from '../../core/fleet/node-records.js';
import type { Cause } from './node-causes.js';

export function ownCauses({ profiles }: NodeRecord): Cause[] {
  const causes = Object.entries(profiles).flatMap(([name, profile]) => [
    ...overridden(name, profile),
    ...refused(profile),
    ...staleSecrets(name, profile),
  ]);
  // A file that cannot be read is refused for each profile alike.
  return causes.filter(({ why }, index) => causes.findIndex((cause) => cause.why === why) === index);
}

function overridden(profile: string, { override }: ProfileRecord): Cause[] {
  if (override === undefined || override.paths.length === 0) return [];
  const { paths, until, reason } = override;
  return [
    {
      kind: 'overridden',
      profile,
      why: `overrides ${profile}: ${paths.join(', ')} by hand until ${until} (${reason})`,
      next: 'publish what it says, then remove override.json on that node',
    },
  ];
}

function refused({ override }: ProfileRecord): Cause[] {
  if (override?.refused === undefined) return [];
  return [
    {
      kind: 'override-refused',
      why: `refuses an override: ${override.refused}`,
      next: 'correct override.json on that node, or remove it',
    },
  ];
}

function staleSecrets(profile: string, { secretsError }: ProfileRecord): Cause[] {
  if (secretsError === undefined) return [];
  return [
    {
      kind: 'stale-secrets',
      profile,
      why: `serves ${profile} with secrets that it can read no more: ${secretsError}`,
      next: "look at the secret, and at secretsmanager:GetSecretValue in the node's role",
    },
  ];
}

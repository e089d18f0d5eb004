/** The applications a bundle was deployed with, by name. */

import { UsageError } from '../core/errors.js';
import type { Application, Profile } from '../core/profiles.js';

/** @throws UsageError when the bundle has no such application. */
export function findApplication(applications: readonly Application[], name: string): Application {
  const found = applications.find((application) => application.name === name);
  if (found) return found;
  throw absent(`application "${name}"`, applications);
}

/** @throws UsageError when the bundle has no such profile. */
export function findProfile(
  applications: readonly Application[],
  application: string,
  name: string,
): Profile {
  const { profiles } = findApplication(applications, application);
  const found = profiles.find((profile) => profile.name === name);
  if (found) return found;
  throw absent(`profile "${name}" of ${application}`, profiles);
}

function absent(what: string, known: readonly { readonly name: string }[]): UsageError {
  const names = known.map(({ name }) => name).join(', ');
  return new UsageError(`The deployed functions know no ${what}; they know: ${names}`, {
    hint: 'Deploy the stacks again, so that functions and configuration are of one commit.',
  });
}

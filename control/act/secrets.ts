/** Whether the secrets that a file names are there. Nobody who publishes needs the right to read one. */

import { formatPath } from '../../core/content/canonical-json.js';
import { checkValue } from '../../core/content/content.js';
import type { Profile } from '../../core/profiles.js';
import { parseReference } from '../../core/secrets/reference.js';
import type { SecretStanding } from '../../core/secrets/secret-values.js';
import { secretsIn } from '../../core/secrets/secrets-in.js';
import type { Cloud } from '../cloud.js';
import type { PreparedFile } from '../files/check.js';
import { Blindness } from '../see/blindness.js';

export interface CheckedSecrets {
  /** The file, refused where a secret that it names is not there. */
  readonly file: PreparedFile;
  /** What could not be found out, for people. */
  readonly notes: readonly string[];
}

/** Asks AWS about each secret once; nothing where the file names none. */
export async function checkSecrets(
  cloud: Pick<Cloud, 'secrets'>,
  profile: Profile,
  file: PreparedFile,
): Promise<CheckedSecrets> {
  const references = referencesOf(profile, file);
  if (references.length === 0) return { file, notes: [] };
  const blindness = new Blindness();
  const standings = await Promise.all(
    references.map(async (reference) => {
      const name = parseReference(reference)?.name ?? reference;
      const asked = cloud.secrets.standing(name);
      return {
        reference,
        name,
        standing: await blindness.orElse(`the secret ${name}`, asked, 'unread' as const),
      };
    }),
  );
  const problems = standings.flatMap(({ reference, name, standing }) =>
    problemOf(file, { reference, name, standing }),
  );
  const unknown = standings.filter(({ standing }) => standing === 'unknown').map(({ name }) => name);
  const notes = [...(unknown.length > 0 ? [unknownWords([...new Set(unknown)])] : []), ...blindness.notes];
  if (problems.length === 0) return { file, notes };
  const { content: _refused, ...rest } = file;
  return { file: { ...rest, problems }, notes };
}

function referencesOf(profile: Profile, { content }: PreparedFile): readonly string[] {
  const checked = content && checkValue(profile, structuredClone(content.value), 'strict');
  if (!checked?.ok) return [];
  return [...new Set(secretsIn(checked.value).map(({ reference }) => reference))];
}

function problemOf(
  file: PreparedFile,
  found: { readonly reference: string; readonly name: string; readonly standing: SecretStanding | 'unread' },
) {
  const { reference, name, standing } = found;
  if (standing !== 'missing' && standing !== 'deleted') return [];
  const why = standing === 'missing' ? 'which is not there' : 'which is scheduled for deletion';
  const message = `names the secret ${name}, ${why}: nodes would refuse the version`;
  return pathsOf(file.content?.value, reference).map((path) => file.place({ path, message }));
}

const unknownWords = (names: readonly string[]): string =>
  `whether ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} there is not known: you may not secretsmanager:DescribeSecret`;

/** Where a document says exactly this. */
function pathsOf(value: unknown, text: string, path: readonly PropertyKey[] = []): readonly string[] {
  if (value === text) return [formatPath(path)];
  if (typeof value !== 'object' || value === null) return [];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, member]) => pathsOf(member, text, [...path, key]));
}

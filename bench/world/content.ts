/** The sample's own configuration, as the files in config/ have it. */

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { projectRoot } from '../machinery/bundles.js';

const objectSchema = z.record(z.string(), z.unknown());

/** What an author would publish from `config/treasure-hunt/<profile>.production.yaml`. */
export async function contentOf(profile: 'gameplay' | 'limits'): Promise<Record<string, unknown>> {
  const file = path.join(projectRoot, 'config/treasure-hunt', `${profile}.production.yaml`);
  return objectSchema.parse(parse(await readFile(file, 'utf8')));
}

/** A project in a folder of its own, with real files: what a person would have before typing a command. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** An application with a type, a list of names, a rule between fields and an optional map. */
const definition = `
import * as z from 'zod';
import { defineApplication, defineProfile } from '../../core/profiles.js';

const schema = z.object({
  coolDownMs: z.int().min(0).max(3_600_000),
  difficulty: z.enum(['easy', 'medium', 'hard']),
  hunts: z.array(z.object({ id: z.string(), title: z.string().optional() })).default([]),
  retry: z
    .object({ retries: z.int(), timeoutMs: z.int() })
    .refine(({ retries, timeoutMs }) => retries * timeoutMs <= 10_000, {
      path: ['timeoutMs'],
      error: 'is too long: retries × timeoutMs must stay ≤ 10000 ms',
    })
    .optional(),
  notes: z.record(z.string(), z.string()).optional(),
});

export const quest = defineApplication({
  name: 'quest',
  environments: ['staging', 'production'],
  profiles: [defineProfile({ name: 'rules', description: 'The rules of the game', schemaVersion: 2, schema })],
});
`;

export const goodYaml = 'coolDownMs: 5000\ndifficulty: easy\n';

export interface Project {
  readonly root: string;
  /** Writes a file below the root; creates folders. */
  write(file: string, content: string | Uint8Array): void;
  remove(): void;
}

/** A project with one application `quest` whose two files are valid. */
export function createProject(): Project {
  const root = mkdtempSync(path.join(tmpdir(), 'veltrix-project-'));
  const write: Project['write'] = (file, content) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  };
  for (const linked of ['node_modules', 'core', 'package.json']) {
    symlinkSync(path.join(repository, linked), path.join(root, linked));
  }
  write('config/quest/application.ts', definition);
  write('config/quest/rules.staging.yaml', goodYaml);
  write('config/quest/rules.production.yaml', goodYaml);
  return { root, write, remove: () => rmSync(root, { recursive: true, force: true }) };
}

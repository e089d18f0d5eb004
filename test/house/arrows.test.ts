/** The arrows between rooms are a lint rule; these tests show that the rule bites. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

const imported = (from: string) => `import { x } from '${from}';\nexport const y = x;\n`;

const forbidden: readonly [room: string, from: string][] = [
  ['core', '../aws/node-records.js'],
  ['core', 'node:fs'],
  ['core', '@aws-sdk/client-kinesis'],
  ['aws', '../client/index.js'],
  ['functions/record-load', '../../client/index.js'],
  ['functions/record-load', '../../infra/stages.js'],
  ['infra', '../functions/record-load/handler.js'],
  ['client', '../control/status.js'],
  ['client', '@aws-sdk/client-kinesis'],
  ['control', '../cli/main.js'],
  ['control', '@aws-sdk/client-kinesis'],
  ['cli', '../local/gateway/server.js'],
  ['cli/commands', '../../aws/node-records.js'],
  ['local', '../core/names.js'],
  ['local/deploy/resources', '../../../core/names.js'],
  ['sample', '../client/poll-state.js'],
  ['config/treasure-hunt', '../../aws/node-records.js'],
];

const allowed: readonly [room: string, from: string][] = [
  ['core', 'zod'],
  ['aws', '../core/names.js'],
  ['aws', '@aws-sdk/client-kinesis'],
  ['functions/record-load', '../../aws/node-records.js'],
  ['infra', '../functions/record-load/settings.js'],
  ['client', '../aws/load-stream.js'],
  ['cli', '../local/index.js'],
  ['cli/commands', '../../control/status.js'],
  ['sample', '../client/index.js'],
];

const deniedGlobals = ['Date.now()', 'process.env', 'setTimeout', 'crypto'];

/** A small project with one file per case, held against the project's own lint rules in one run. */
const house = mkdtempSync(path.join(tmpdir(), 'veltrix-arrows-'));
let findings: ReadonlyMap<string, readonly string[]>;

beforeAll(() => {
  cpSync(path.join(root, 'biome.json'), path.join(house, 'biome.json'));
  [...forbidden, ...allowed].forEach(([room, from], index) => {
    write(`${room}/case-${forbidden.length > index ? 'no' : 'yes'}-${index}.ts`, imported(from));
  });
  deniedGlobals.forEach((name, index) => {
    write(`core/global-${index}.ts`, `export const y = ${name};\n`);
  });
  write('functions/zod-large.ts', "import { z } from 'zod';\nexport const y = z;\n");
  findings = lint();
});

afterAll(() => rmSync(house, { recursive: true, force: true }));

describe('the arrows between rooms', () => {
  it.each(forbidden.map((item, index) => [...item, index] as const))(
    'forbid %s/ to import %s',
    (room, _from, index) => {
      expect(findings.get(`${room}/case-no-${index}.ts`)).toContain('lint/style/noRestrictedImports');
    },
  );

  it.each(allowed.map((item, index) => [...item, index + forbidden.length] as const))(
    'let %s/ import %s',
    (room, _from, index) => {
      expect(findings.get(`${room}/case-yes-${index}.ts`) ?? []).not.toContain(
        'lint/style/noRestrictedImports',
      );
    },
  );

  it.each(deniedGlobals.map((name, index) => [name, index] as const))(
    'keep %s out of core/',
    (_name, index) => {
      expect(findings.get(`core/global-${index}.ts`)).toContain('lint/style/noRestrictedGlobals');
    },
  );

  it('keep the large form of zod out of every bundle', () => {
    expect(findings.get('functions/zod-large.ts')).toContain('lint/style/noRestrictedImports');
  });
});

function write(file: string, code: string): void {
  mkdirSync(path.dirname(path.join(house, file)), { recursive: true });
  writeFileSync(path.join(house, file), code);
}

function lint(): ReadonlyMap<string, readonly string[]> {
  const biome = path.join(root, 'node_modules/.bin/biome');
  const run = spawnSync(
    biome,
    ['lint', '--reporter=json', '--max-diagnostics=none', '--vcs-enabled=false', '.'],
    {
      cwd: house,
      encoding: 'utf8',
    },
  );
  const report: { diagnostics: { category: string; location: { path: string | { file: string } } }[] } =
    JSON.parse(run.stdout);
  const byFile = new Map<string, string[]>();
  for (const { category, location } of report.diagnostics) {
    const file = typeof location.path === 'string' ? location.path : location.path.file;
    byFile.set(file, [...(byFile.get(file) ?? []), category]);
  }
  return byFile;
}

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runScript } from '../system/pipeline/shell.js';

const script = fileURLToPath(new URL('../../ci/plan-report.mjs', import.meta.url));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'veltrix-report-'));
  mkdirSync(path.join(directory, 'plan'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(path.join(directory, 'plan', name), text);
const profile = { address: 'hunt/staging/limits', outcome: 'publish', expectedVersion: 4, nodeCount: 20 };
const change = (path: string, before?: unknown, after?: unknown) => ({ path, before, after });

async function report(): Promise<{ readonly summary: string; readonly page: string }> {
  expect(await runScript({ commands: [`node ${script}`], directory, environment: {} })).toMatchObject({
    exitCode: 0,
    output: '',
  });
  const read = (name: string) => readFileSync(path.join(directory, 'plan', name), 'utf8');
  return { summary: read('summary.txt'), page: read('plan.md') };
}

describe('the report of plans', () => {
  it('has a section and a sentence for each environment', async () => {
    const changes = [change('a', 1, 2), change('b', undefined, 'x'), change('c', true), change('d', 1, 2)];
    write('hunt.staging.txt', 'what changes\n');
    write('hunt.staging.json', JSON.stringify({ profiles: [{ ...profile, changes }] }));
    write('shop.staging.txt', '✖ shop is not deployed\n');
    expect(await report()).toEqual({
      summary:
        'hunt/staging: limits over v4 for 20 nodes: a 1 → 2, b nothing → "x", c true → nothing, 1 more. shop/staging: could not be planned\n',
      page: '### hunt/staging\n\n```\nwhat changes\n```\n\n### shop/staging\n\n```\n✖ shop is not deployed\n```\n',
    });
  });

  it('says what is refused, unchanged, or in the way', async () => {
    const profiles = [
      { ...profile, outcome: 'refused', changes: [] },
      { ...profile, address: 'hunt/staging/rules', outcome: 'unchanged', changes: [] },
      { ...profile, address: 'hunt/staging/game', outcome: 'busy', changes: [change('a', 1, 2)] },
    ];
    write('hunt.staging.txt', 'text');
    write('hunt.staging.json', JSON.stringify({ profiles }));
    expect((await report()).summary).toBe(
      'hunt/staging: limits refused; rules unchanged; game (busy) over v4 for 20 nodes: a 1 → 2\n',
    );
  });

  it('is not ended by a fence in a value', async () => {
    write('hunt.staging.txt', 'text ````\n<script>');
    const { page } = await report();
    expect(page).toBe('### hunt/staging\n\n`````\ntext ````\n<script>\n`````\n');
  });

  it('fits where it is shown, however much changes', async () => {
    write('hunt.staging.txt', 'x'.repeat(200_000));
    const changes = [change('a', 'y'.repeat(5_000), 'z'.repeat(5_000))];
    const profiles = Array.from({ length: 50 }, () => ({ ...profile, changes }));
    write('hunt.staging.json', JSON.stringify({ profiles }));
    const { summary, page } = await report();
    expect(summary.length).toBeLessThanOrEqual(701);
    expect(summary).toMatch(/^hunt\/staging: limits over v4 for 20 nodes: a "y{38}… → "z{38}…; [^\n]*…\n$/);
    expect(page.length).toBeLessThan(65_000);
  });
});

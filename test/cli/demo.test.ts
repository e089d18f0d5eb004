/** `veltrix demo bad-version`: what F5 promises, played by the built command. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from './command.js';
import { createSampleProject, type SampleProject } from './sample-project.js';

let project: SampleProject;
let place: { directory: string; environment: Readonly<Record<string, string>> };

beforeEach(() => {
  project = createSampleProject();
  place = { directory: project.root, environment: project.environment };
});
afterEach(() => project.remove());

describe('veltrix demo bad-version', () => {
  it('shows a version that is taken back, by what evidence, and refused afterwards', async () => {
    const { exitCode, output, noise } = await run(['demo', 'bad-version', '--json'], place);
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ error }) => error !== undefined)).toEqual([]);
    const said = (event: string) => lines.filter((line) => line.event === event).map(({ text }) => text);
    expect(said('proof')).toEqual([
      expect.stringMatching(/^the guard took v\d+ back at (20|40) % offered; \d+ of 20 nodes held it$/),
      'all 20 nodes hold the good version again, as their own records say',
      'every step once, in the order in which it happened',
      'refused. Change the content, or publish it with --force -m "why it is safe now".',
      expect.stringMatching(/^demo bad-version: everything came as promised, in \d+ s$/),
    ]);
    expect(said('detail').join('\n')).toMatch(
      // The second, where the machine is so busy that the guard's report is not kept: AppConfig's log has it.
      /errors: with it [\d,]+ of [\d,]+ requests \([\d.]+ %\), without [\d,]+ of [\d,]+ requests \(0\.\d+ %\); evidence|unhealthy: new [\d,]+ errors in [\d,]+ requests, old [\d,]+ in [\d,]+: [\d,.]+x worse; evidence/,
    );
    expect([noise, exitCode]).toEqual(['', 0]);
    expect(project.leftovers()).toEqual([]);
  }, 300_000);

  it('names the demos there are', async () => {
    const { exitCode, output } = await run(['demo', 'good-version'], place);
    expect(output).toContain('expected one of bad-version');
    expect(exitCode).toBe(2);
  });
});

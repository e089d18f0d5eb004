import { describe, expect, it } from 'vitest';
import { verbs } from '../../cli/verbs.js';
import { repository, run } from './command.js';

const place = { directory: repository };
const names = verbs.flatMap(({ name, verbs: inner = [] }) => [
  [name],
  ...inner.map((verb) => [name, verb.name]),
]);

describe('veltrix --help', () => {
  it('names every verb, in 80 columns, without colour', async () => {
    const { exitCode, output, noise } = await run(['--help'], place);
    expect(exitCode).toBe(0);
    expect(noise).toBe('');
    for (const { name } of verbs) expect(output).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    expect(output.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(output).not.toContain('\u001B');
  });

  it.each(names.map((words) => [words.join(' '), words] as const))(
    'of %s has examples of it',
    async (name, words) => {
      const { exitCode, output, noise } = await run([...words, '--help'], place);
      expect(exitCode).toBe(0);
      expect(noise).toBe('');
      expect(output).toMatch(new RegExp(`Examples:\\n  \\$ veltrix ${name}`));
      expect(output.split('\n').filter((line) => line.length > 100)).toEqual([]);
    },
  );

  it('comes for the bare command too, as a usage error', async () => {
    const { exitCode, output } = await run([], place);
    expect(exitCode).toBe(2);
    expect(output).toContain('Commands:');
    expect(output).toContain('Which command?');
  });

  it('gives the version', async () => {
    const { exitCode, output } = await run(['--version'], place);
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

import { describe, expect, it } from 'vitest';
import { deadLinks, linkCount, pageOf, unknownCommands } from './pages.js';

const page = pageOf('operations.md');

describe('docs/operations.md', () => {
  it('begins with a quick reference of six lines', () => {
    const [, block = ''] = /^# Operations\n\n```\n([\s\S]*?)```/.exec(page) ?? [];
    expect(block.trim().split('\n')).toHaveLength(6);
  });

  it('names no command that there is not', () => {
    expect(unknownCommands(page)).toEqual([]);
  });

  it('leads nowhere that is not there', () => {
    expect(linkCount('operations.md')).toBeGreaterThan(5);
    expect(deadLinks('operations.md')).toEqual([]);
  });
});

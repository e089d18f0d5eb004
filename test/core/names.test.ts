import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as names from '../../core/names.js';

const longest = 'abcdefghijklmnopqrstuvwxyz-12345'; // 32 characters, the most a name may have

describe('names', () => {
  it('are what the design says', () => {
    expect(names.nodesTable('main')).toBe('veltrix-main-nodes');
    expect(names.publishFunction('main', { application: 'treasure-hunt', environment: 'staging' })).toBe(
      'veltrix-main-publish-treasure-hunt-staging',
    );
    expect(names.validateFunction('main', { application: 'treasure-hunt', profile: 'limits' })).toBe(
      'veltrix-main-validate-treasure-hunt-limits',
    );
  });

  it("keep within Lambda's 64 characters and stay different when they are cut", () => {
    const one = names.publishFunction('main', { application: longest, environment: longest });
    const other = names.publishFunction('main', {
      application: longest,
      environment: `${longest.slice(0, -1)}6`,
    });
    expect(one).toHaveLength(64);
    expect(other).toHaveLength(64);
    expect(one).not.toBe(other);
  });

  it('give every node of a cluster one of its shards, always the same', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (node) => {
        const shard = names.nodeShard('a/b', node);
        expect(names.nodeShards('a/b')).toContain(shard);
        expect(names.nodeShard('a/b', node)).toBe(shard);
      }),
    );
  });

  it('spread a thousand nodes evenly over the shards', () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 1000; index++) {
      const shard = names.nodeShard('treasure-hunt/staging', `node-${index}`);
      counts.set(shard, (counts.get(shard) ?? 0) + 1);
    }
    expect(counts.size).toBe(4);
    for (const count of counts.values()) expect(Math.abs(count - 250)).toBeLessThan(60);
  });
});

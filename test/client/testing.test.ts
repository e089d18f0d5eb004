import { describe, expect, it } from 'vitest';
import { createTestNode } from '../../client/testing.js';
import { ConfigurationMissing, ContentRefused, UsageError } from '../../core/errors.js';
import { hunt } from './world.js';

const make = () => createTestNode(hunt, { values: { limits: { queueSize: 3 } } });

describe('createTestNode', () => {
  it('holds the values it is given, and defaults for the rest', () => {
    const node = make();
    expect(node.config.limits.get()).toEqual({ queueSize: 3 });
    expect(node.config.gameplay.get()).toEqual({ coolDownMs: 5000, tiers: {} });
    expect(node.status()).toMatchObject({ cluster: 'hunt/staging', health: 'ready' });
  });

  it('tells listeners of a value that is set, before it returns', () => {
    const node = make();
    const heard: unknown[] = [];
    const off = node.config.limits.onChange(({ value, previous }) => heard.push([previous, value]));
    node.set('limits', { queueSize: 4 });
    off();
    node.set('limits', { queueSize: 5 });
    expect(heard).toEqual([[{ queueSize: 3 }, { queueSize: 4 }]]);
    expect(node.config.limits.get()).toEqual({ queueSize: 5 });
  });

  it('refuses what the schema refuses where people write, and keeps what it has', () => {
    const node = make();
    expect(() => node.set('limits', { queueSize: 0 })).toThrow(ContentRefused);
    const misspelt: { queueSize: number } = Object.assign({ queueSize: 1 }, { queueSise: 1 });
    expect(() => node.set('limits', misspelt)).toThrow('queueSise is unknown');
    expect(node.config.limits.get()).toEqual({ queueSize: 3 });
  });

  it('passes on what a listener throws: a test should see it', () => {
    const node = make();
    node.config.limits.onChange(() => {
      throw new Error('pool is closed');
    });
    expect(() => node.set('limits', { queueSize: 4 })).toThrow('pool is closed');
  });

  it('does not freeze or keep what the test gave it', () => {
    const tiers = { gold: { hints: 1 } };
    const node = createTestNode(hunt, {
      environment: 'production',
      values: { gameplay: { coolDownMs: 1, tiers }, limits: { queueSize: 1 } },
    });
    tiers.gold.hints = 2;
    expect(node.config.gameplay.get().tiers.gold).toEqual({ hints: 1 });
    expect(Object.isFrozen(node.config.gameplay.get().tiers.gold)).toBe(true);
  });

  it('names a profile without a value, and a value without a profile', () => {
    expect(() => createTestNode(hunt)).toThrow(ConfigurationMissing);
    const values: object = { limit: { queueSize: 1 } };
    expect(() => createTestNode(hunt, { values })).toThrow(UsageError);
  });

  it('measures, drains and closes like a node', async () => {
    const node = make();
    expect(await node.measure(async () => 1)).toBe(1);
    await node.drain();
    expect(node.status().health).toBe('draining');
    await node.close();
    expect(node.status().health).toBe('stopped');
  });
});

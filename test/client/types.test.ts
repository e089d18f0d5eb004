/** What must not compile. `tsc` checks this file: an expectation that no longer errs is an error. */

import { describe, expect, expectTypeOf, it } from 'vitest';
import type * as door from '../../client/index.js';
import { createTestNode } from '../../client/testing.js';
import { type Hunt, hunt } from './world.js';

type Connect = typeof door.connect;
declare const connect: Connect;
declare const node: door.Node<Hunt>;
declare const another: door.Node<Hunt>;

describe('the types of a node', () => {
  it('are those of the schemas', () => {
    type Gameplay = ReturnType<typeof node.config.gameplay.get>;
    expectTypeOf<Gameplay['coolDownMs']>().toEqualTypeOf<number>();
    expectTypeOf<Gameplay['tiers']>().toEqualTypeOf<Readonly<Record<string, { readonly hints: number }>>>();
    expectTypeOf<Awaited<ReturnType<typeof connect<Hunt>>>>().toEqualTypeOf<door.Node<Hunt>>();
  });

  it('keep literal names, optional members, tuples and maps', () => {
    type Value = door.Frozen<{ a?: [1, 'b'][]; m: Map<string, { n: number }>; s: Set<'x'>; at: Date }>;
    expectTypeOf<NonNullable<Value['a']>>().toEqualTypeOf<readonly (readonly [1, 'b'])[]>();
    expectTypeOf<Value['m']>().toEqualTypeOf<ReadonlyMap<string, { readonly n: number }>>();
    expectTypeOf<Value['s']>().toEqualTypeOf<ReadonlySet<'x'>>();
    type Branded = number & { readonly unit: 'ms' };
    expectTypeOf<door.Frozen<Branded>>().toEqualTypeOf<Branded>();
  });

  it('refuse what cannot be', () => {
    const refused = async () => {
      // @ts-expect-error an environment the application does not have
      await connect(hunt, { environment: 'moon' });
      // @ts-expect-error no environment
      await connect(hunt, {});
      // @ts-expect-error a misspelt option
      await connect(hunt, { environment: 'staging', capcity: 3 });
      // @ts-expect-error a policy that does not exist
      await connect(hunt, { environment: 'staging', onMissing: 'ignore' });
      // @ts-expect-error a profile the application does not have
      node.config.gamplay;
      // @ts-expect-error a misspelt key
      node.config.gameplay.get().coolDownMS;
      // @ts-expect-error assignment to a value
      node.config.gameplay.get().coolDownMs = 3;
      // @ts-expect-error assignment inside a value
      node.config.gameplay.get().tiers.gold = { hints: 3 };
      // @ts-expect-error assignment to a profile
      node.config.gameplay = another.config.gameplay;
      // @ts-expect-error a change's value is of its profile
      node.config.limits.onChange(({ value }) => value.coolDownMs);
      // @ts-expect-error a profile the status does not have
      node.status().profiles.gamplay;
      const test = createTestNode(hunt, { values: { limits: { queueSize: 1 } } });
      // @ts-expect-error a value of another type
      test.set('limits', { queueSize: 'many' });
      // @ts-expect-error a profile the application does not have
      test.set('limit', { queueSize: 1 });
    };
    expect(refused).toBeTypeOf('function');
  });
});

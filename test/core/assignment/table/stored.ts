/** Any table that may be stored, and what is in it. */

import fc from 'fast-check';
import type { Grant, GrantTable, Life } from '../../../../core/assignment/table/table.js';
import { epochMs } from '../../../../core/time.js';
import { slot } from '../fleets.js';

const lives = fc.uniqueArray(
  fc.record<Life>({
    node: fc.constantFrom('a', 'node-7', 'ö-✓', 'x'.repeat(256), '10.0.0.7:8080'),
    incarnation: fc.constantFrom('1', 'b9d1', 'y'.repeat(256)),
  }),
  { maxLength: 4, selector: ({ node, incarnation }) => `${node}/${incarnation}` },
);

export const grants: fc.Arbitrary<Grant> = fc
  .record({
    owning: lives,
    waitsFor: lives,
    epoch: fc.nat(2 ** 31),
    began: fc.nat(2 ** 31),
    sinceMs: fc.integer({ min: 0, max: 2 ** 33 }).map((seconds) => epochMs(1_000 * seconds)),
  })
  .map(({ owning, ...grant }) => ({
    ...grant,
    owners: owning.map(({ node }) => node),
    incarnations: owning.map(({ incarnation }) => incarnation),
  }));

export const tables: fc.Arbitrary<GrantTable> = fc.record({
  generation: fc.integer({ min: 1, max: 2 ** 40 }),
  slots: fc.array(grants, { minLength: 1, maxLength: 80 }),
});

/** A table, and the next one: any slots of it are others, and any number of them. */
export const successions: fc.Arbitrary<readonly [GrantTable, GrantTable]> = tables.chain((before) =>
  fc
    .array(fc.option(grants, { freq: 2 }), { minLength: before.slots.length, maxLength: before.slots.length })
    .map((replaced) => {
      const slots = before.slots.map((grant, partition) => replaced[partition] ?? { ...grant });
      return [before, { generation: before.generation + 1, slots }] as const;
    }),
);

/** The first life of each of these nodes has a partition, and waits for nobody. */
export const granted = (owner: string, epoch = 1): Grant => ({
  ...slot(owner),
  epoch,
  incarnations: [`${owner}-1`],
  began: 1,
  waitsFor: [],
});

/** `grantedOf('aab')`: partitions 0 and 1 on a, 2 on b. */
export const grantedOf = (owners: string, generation = 1): GrantTable => ({
  generation,
  slots: [...owners].map((owner) => granted(owner)),
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applicationsIn, demandHomes, guardConcurrency } from '../../core/placement.js';
import { parseStages, type Stage, type StageRow } from '../../core/stages.js';

const row = (name: string, environments: readonly string[], about: object = {}): StageRow => ({
  name,
  environments: Object.fromEntries(environments.map((each) => [each, { strategy: 'linear-20' }])),
  ...about,
});

function only(about: object = {}): Stage {
  const [stage] = parseStages([row('main', ['staging'], about)]);
  if (!stage) throw new Error('there is no stage');
  return stage;
}

const [ireland, frankfurt] = [{ region: 'eu-west-1' }, { region: 'eu-central-1' }];
const two = parseStages([row('main', ['staging'], ireland), row('live', ['production'], frankfurt)]);

describe('what a stage deploys', () => {
  const hunt = { name: 'hunt', environments: ['staging', 'production'], profiles: 'all of them' };
  const shop = { name: 'shop', environments: ['production'], profiles: 'all of them' };

  it('is of each application what it holds, and nothing of one that has nothing there', () => {
    const [first, second] = two.map((stage) => applicationsIn(stage, [hunt, shop]));
    expect(first).toEqual([{ ...hunt, environments: ['staging'] }]);
    expect(second).toEqual([{ ...hunt, environments: ['production'] }, shop]);
  });

  it('leaves no environment out', () => {
    expect(() => demandHomes(two, [hunt, shop])).not.toThrow();
    expect(() => demandHomes(two, [shop, { name: 'hunt', environments: ['staging', 'qa'] }])).toThrow(
      expect.objectContaining({
        message: 'No stage holds hunt/qa',
        hint: "Write it into a stage of infra/stages.ts: environments: { 'qa': { strategy: 'linear-20' } }.",
      }),
    );
  });

  it('is each environment of each application exactly once, in the application’s order', () => {
    const names = fc.uniqueArray(fc.constantFrom('dev', 'qa', 'staging', 'eu', 'us', 'constructor'), {
      minLength: 1,
    });
    const placed = fc.record({ all: names, applications: fc.array(names), cut: fc.nat(6) });
    fc.assert(
      fc.property(placed, ({ all, applications, cut }) => {
        const stages = parseStages([
          row('one', all.slice(0, cut), ireland),
          row('two', all.slice(cut), frankfurt),
        ]);
        const wanted = applications.map((environments, index) => ({
          name: `app-${index}`,
          environments: environments.filter((each) => all.includes(each)),
        }));
        demandHomes(stages, wanted);
        const deployed = stages.map((stage) => applicationsIn(stage, wanted));
        for (const { name, environments } of wanted) {
          const parts = deployed.map((each) => each.find((one) => one.name === name)?.environments ?? []);
          expect(parts.flat().toSorted()).toEqual(environments.toSorted());
          for (const part of parts) expect(part).toEqual(environments.filter((each) => part.includes(each)));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the places that are kept free for the guard', () => {
  it.each([
    { environments: 1, places: 5 },
    { environments: 5, places: 5 },
    { environments: 7, places: 7 },
  ])('are $places for $environments environments, when nobody says', ({ environments, places }) => {
    expect(guardConcurrency(only(), environments)).toBe(places);
  });

  it('are as many as the stage says, none for 0', () => {
    expect(guardConcurrency(only({ guardReservedConcurrency: 20 }), 7)).toBe(20);
    expect(guardConcurrency(only({ guardReservedConcurrency: 7 }), 7)).toBe(7);
    expect(guardConcurrency(only({ guardReservedConcurrency: 0 }), 7)).toBeUndefined();
  });

  it('are not fewer than environments that may roll out at once', () => {
    expect(() => guardConcurrency(only({ guardReservedConcurrency: 6 }), 7)).toThrow(
      expect.objectContaining({
        message:
          'guardReservedConcurrency is 6 for 7 environments: a rollout whose tick finds no room is rolled back',
        hint: 'Write at least 7 in infra/stages.ts, or 0 to reserve none.',
      }),
    );
  });
});

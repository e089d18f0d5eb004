/** The published schemas and their page say what the code says. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { changeEventSchema, pendingChanges, startOfChanges } from '../../core/delivery/change-events.js';
import type { LogEntryType } from '../../core/delivery/deployments.js';
import type { GuardReport } from '../../core/guard/report.js';
import { eventSchemas } from '../../scripts/event-schemas.js';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const types = changeEventSchema.shape.type.options;
type EventType = (typeof types)[number];

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
}

const published = (type: EventType): unknown =>
  JSON.parse(readFileSync(`${docs}events/${type}.schema.json`, 'utf8'));

/** What a consumer of this type validates with. */
const validators = Object.fromEntries(
  types.map((type) => [type, z.fromJSONSchema(published(type) as Parameters<typeof z.fromJSONSchema>[0])]),
) as Record<EventType, z.ZodType>;

const logTypes = [
  'DEPLOYMENT_STARTED',
  'PERCENTAGE_UPDATED',
  'BAKE_TIME_STARTED',
  'DEPLOYMENT_COMPLETED',
  'ROLLBACK_STARTED',
  'ROLLBACK_COMPLETED',
  'REVERT_COMPLETED',
] as const satisfies readonly LogEntryType[];

/** Events as the rules make them, whatever was logged. */
const eventsArbitrary = fc
  .record({
    number: fc.integer({ min: 1, max: 100_000 }),
    version: fc.integer({ min: 1, max: 100_000 }),
    label: fc.option(fc.constant('v1-0a1b2c3d'), { nil: undefined }),
    description: fc.string(),
    log: fc.array(
      fc.record({
        type: fc.constantFrom(...logTypes),
        triggeredBy: fc.oneof(fc.string(), fc.constant('USER')),
        description: fc.oneof(fc.string(), fc.constant('Configuration available to 25.00% of clients')),
        occurredAt: fc.constant('2026-11-21T10:00:00.000Z'),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    isJudged: fc.boolean(),
  })
  .map(({ label, isJudged, ...about }) =>
    pendingChanges(
      startOfChanges('shop/staging/tax'),
      { application: 'shop', environment: 'staging', profile: 'tax' },
      [
        {
          ...about,
          ...(label !== undefined && { label }),
          ...(isJudged && { record: { guard: report, undone } }),
          profile: 'tax',
          state: 'DEPLOYING',
          percentage: 10,
          startedAt: '2026-11-21T10:00:00.000Z',
          durationMinutes: 10,
          bakeMinutes: 10,
        },
      ],
    ),
  );

const undone = { author: 'anna', reason: 'errors doubled', at: '2026-11-21T10:05:00.000Z' };

const report: GuardReport = {
  verdict: 'healthy',
  action: 'none',
  summary: 'as good as before',
  looks: 3,
  lookedAtMs: 1,
  nodes: { tested: 2, previous: 18 },
  signals: [
    {
      signal: 'errors',
      test: 'peers',
      level: 'fine',
      action: 'rollback',
      words: 'as many errors as before',
      figures: {
        tested: { requests: 10, bad: 0 },
        previous: { requests: 90, bad: 1 },
        evidence: 0.4,
        neededEvidence: 100,
      },
    },
  ],
};

describe('the schemas in docs/events/', () => {
  it('are those of the code: `npm run docs:events` writes them', () => {
    const files = readdirSync(`${docs}events`).map((name) => [
      name,
      readFileSync(`${docs}events/${name}`, 'utf8'),
    ]);
    expect(Object.fromEntries(files)).toEqual(Object.fromEntries(eventSchemas()));
    expect(files).toHaveLength(7);
  });

  it('say what the event and each of its members mean', () => {
    for (const type of types) {
      const schema = published(type) as Node;
      expect(schema.description).toMatch(/^[A-Z].*\.$/);
      for (const node of [schema, schema.properties?.['data']]) {
        const silent = Object.entries(node?.properties ?? {}).filter(([, { description }]) => !description);
        expect([type, silent]).toEqual([type, []]);
      }
    }
  });

  it('admit every event of their type that the rules make, and none of another type', () => {
    fc.assert(
      fc.property(eventsArbitrary, (events) => {
        for (const event of events) {
          const admitting = types.filter((type) => validators[type].safeParse(event).success);
          expect(admitting).toEqual([event.type]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('refuse an event that lacks any member that every event has', () => {
    const example = examples()[0] as Record<string, unknown> & { data: Record<string, unknown> };
    const without = (whole: Record<string, unknown>, name: string) =>
      Object.fromEntries(Object.entries(whole).filter(([key]) => key !== name));
    const started = validators['dev.veltrix.deployment.started'];
    expect(started.safeParse(example).success).toBe(true);
    for (const name of Object.keys(example))
      expect([name, started.safeParse(without(example, name)).success]).toEqual([name, false]);
    for (const name of [
      'application',
      'environment',
      'profile',
      'version',
      'deployment',
      'ordinal',
      'author',
    ])
      expect([name, started.safeParse({ ...example, data: without(example.data, name) }).success]).toEqual([
        name,
        false,
      ]);
  });

  it('admit members of a later release', () => {
    for (const example of examples() as { type: EventType; data: object }[]) {
      const later = { ...example, traceparent: '00-1', data: { ...example.data, moon: 'full' } };
      expect(validators[example.type].safeParse(later).success).toBe(true);
    }
  });

  it('know the percentage on steps, the guard’s word on endings, a person’s on what is undone', () => {
    const having = (member: string) =>
      types
        .filter((type) => member in ((published(type) as Node).properties?.['data']?.properties ?? {}))
        .map((type) => type.replace('dev.veltrix.deployment.', ''));
    expect(having('percentage')).toEqual(['progressed']);
    expect(having('guard')).toEqual(['completed', 'rolling-back', 'rolled-back', 'reverted']);
    expect(having('undone')).toEqual(['rolled-back', 'reverted']);
  });
});

const page = readFileSync(`${docs}change-events.md`, 'utf8');

/** The examples of the page, in its order. */
const examples = (): unknown[] =>
  [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, block = '']) => JSON.parse(block));

describe('the page of change events', () => {
  it('shows an event of each type, as its schema has it', () => {
    expect(examples().map((example) => (example as { type: string }).type)).toEqual(types);
    for (const example of examples()) {
      const { type } = changeEventSchema.parse(example);
      expect(validators[type].safeParse(example).success).toBe(true);
      // No example has a member that events do not have.
      expect(changeEventSchema.parse(example)).toEqual(example);
    }
  });

  it('has a row for each type, that leads to its schema', () => {
    for (const type of types) {
      const row = `| \`${type.replace('dev.veltrix.deployment.', '')}\` |`;
      expect(page).toContain(row);
      expect(page).toContain(`(events/${type}.schema.json)`);
    }
  });

  it('shows the id that is made of address, deployment and ordinal', () => {
    for (const example of examples()) {
      const { id, subject, partitionkey, data } = changeEventSchema.parse(example);
      expect(id).toBe(`${subject}#${data.deployment}.${data.ordinal}`);
      expect(partitionkey).toBe(subject);
    }
  });
});

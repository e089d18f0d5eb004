/** The evidence a demo shows: the guard's own figures, or what AppConfig's log kept of them; without counts, none. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeEvidence } from '../../cli/demos/evidence.js';
import { publish } from '../../control/act/publish.js';
import type { UndoneVersion } from '../../control/see/status/status.js';
import type { GuardReport } from '../../core/guard/report.js';
import { createWorld, rules, type World, yamlWith } from '../control/world.js';
import { healthy, unhealthy } from './terminal/statuses.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await world.publishAndFinish(yamlWith(5000));
  world.edit(yamlWith(4000));
  await publish(world.cloud, world.loaded, { address: rules, author: 'ben', reason: 'less' });
  world.cloud.appConfig.rollBack('staging');
});
afterEach(() => world.project.remove());

const log =
  'Rollback requested by extension g: Veltrix guard: unhealthy: new 95 errors in 1,935 requests, old 7 in 27,660: 190x worse; evidence 500 (needs 100)';

const undone = (why: string): UndoneVersion => ({
  version: 2,
  label: 'v2-aaaaaaaa',
  deployment: 2,
  author: 'ben',
  reason: 'less',
  startedAt: '2026-01-01T00:00:00.000Z',
  percentage: 20,
  by: 'guard',
  why,
  at: '2026-01-01T00:00:10.000Z',
});

function evidenceWith(guard: GuardReport | undefined, why: string): Promise<readonly string[]> {
  if (guard) world.cloud.rolloutRecords.set('quest/staging 2', { guard });
  return describeEvidence(world.cloud, rules, undone(why));
}

it('is the verdict, and both arms of what spoke against the version', async () => {
  expect(await evidenceWith(unhealthy, log)).toEqual([
    'errors: new 310 in 12,400 requests, old 11 in 29,800: 68× worse; evidence over 1,000,000 (needs 100)',
    'errors: with it 310 of 12,400 requests (2.50 %), without 11 of 29,800 requests (0.04 %); evidence 1,000,000, needed 100',
  ]);
});

it.each([
  ['an earlier report', { ...healthy, verdict: 'inconclusive' } satisfies GuardReport],
  ['no report', undefined],
  ['a report that does not convict', { ...unhealthy, verdict: 'healthy' } satisfies GuardReport],
])('is what AppConfig logged, where %s is all that was kept', async (_name, guard) => {
  expect(await evidenceWith(guard, log)).toEqual([log]);
});

it.each(['', 'Rollback requested by extension g: Veltrix guard: unhealthy: 3 of 4 nodes refused it'])(
  'is missing where neither counts requests: "%s"',
  async (why) => {
    await expect(evidenceWith(undefined, why)).rejects.toMatchObject({ code: 'VELTRIX_DEMO_FAILED' });
  },
);

import type { AppConfig } from '@aws-sdk/client-appconfig';
import { expect, it, vi } from 'vitest';
import { abortable } from '../../../aws/abortable.js';
import { createDirectory } from '../../../aws/appconfig/directory.js';
import { createEnvironmentStore } from '../../../aws/appconfig/environment-store.js';
import { createNodeRecords } from '../../../aws/dynamodb/node-records.js';
import { createRolloutRecords } from '../../../aws/dynamodb/rollout-records.js';
import { foldReport } from '../../../core/fleet/node-records.js';
import type { NodeReport } from '../../../core/fleet/node-reports.js';
import { epochMs } from '../../../core/time.js';
import { createHandler } from '../../../functions/guard-rollout/handler.js';
import { createPlaces } from '../../../functions/places.js';
import { inLocalAws } from '../../aws/in-local-aws.js';
import { application } from '../fan-out-change/teller.js';
import { observed } from '../observed.js';
import { goesOn, newLabel, oldLabel, tickEvent, worked } from './watcher.js';

const aws = inLocalAws();
const cluster = 'app/staging';
const startMs = Date.now();

/** Application `app` with version 1 deployed in staging, and version 2 on its way. */
async function deployed(control: AppConfig) {
  const { Id: ApplicationId = '' } = await control.createApplication({ Name: 'app' });
  const { Id: EnvironmentId = '' } = await control.createEnvironment({ ApplicationId, Name: 'staging' });
  const profile = { ApplicationId, Name: 'gameplay', LocationUri: 'hosted' };
  const { Id: ConfigurationProfileId = '' } = await control.createConfigurationProfile(profile);
  const ids = { ApplicationId, EnvironmentId, ConfigurationProfileId };
  const start = async (version: number, minutes: number) => {
    await control.createHostedConfigurationVersion({
      ApplicationId,
      ConfigurationProfileId,
      Content: Buffer.from('{}'),
      ContentType: 'application/json',
      VersionLabel: version === 1 ? oldLabel : newLabel,
    });
    const { Id: DeploymentStrategyId = '' } = await control.createDeploymentStrategy({
      Name: `in-${minutes}-minutes`,
      DeploymentDurationInMinutes: minutes,
      GrowthFactor: 100,
      FinalBakeTimeInMinutes: 0,
      ReplicateTo: 'NONE',
    });
    await control.startDeployment({ ...ids, DeploymentStrategyId, ConfigurationVersion: String(version) });
  };
  await start(1, 0);
  await vi.waitFor(
    async () => {
      const { State } = await control.getDeployment({ ...ids, DeploymentNumber: 1 });
      expect(State).toBe('COMPLETE');
    },
    { timeout: 15_000, interval: 50 },
  );
  await start(2, 30);
  return ids;
}

it('judges a rollout that AppConfig runs by the records of real reports, kept in real tables', async () => {
  const control = aws().appConfig;
  const ids = await deployed(control);
  const [nodesTable, rolloutsTable] = [
    await aws().table('cluster', 'node'),
    await aws().table('cluster', 'deployment'),
  ];
  let nowMs = startMs;
  const clock = () => epochMs(nowMs);
  const records = createNodeRecords(aws().dynamodb, nodesTable, clock);
  const rollouts = createRolloutRecords(aws().dynamodb, rolloutsTable, clock);
  const told = observed();
  const container = () =>
    createHandler({
      applications: [application],
      places: createPlaces(createDirectory(control), [application]),
      outside: (signal) => ({
        records: createNodeRecords(abortable(aws().dynamodb, signal), nodesTable, clock),
        rollouts: createRolloutRecords(abortable(aws().dynamodb, signal), rolloutsTable, clock),
        storeOf: (applicationId, environmentId) =>
          createEnvironmentStore(abortable(control, signal), {
            applicationId,
            environmentId,
            profileIds: {},
            strategyIds: {},
          }),
      }),
      deadline: (afterMs) => AbortSignal.timeout(afterMs),
      clock,
      upMs: () => 0,
      log: told.log,
      measures: told.measures,
    });
  const report = async (node: string, sequence: number, changes: Pick<NodeReport, 'profiles'>) => {
    const said: NodeReport = { ...reportOf(node, sequence), ...changes };
    const stored = (await records.read(cluster, [node])).get(node);
    const fold = foldReport(stored?.record, said, epochMs(nowMs));
    if (fold.kind === 'changed') await records.write(fold.record, stored?.revision ?? 0);
  };
  const profile = (label: string, counters: ReturnType<typeof worked>) => ({
    profiles: { gameplay: { label, source: 'cloud' as const, schemaVersion: 1, counters } },
  });
  const tick = {
    ...tickEvent,
    Application: { Id: ids.ApplicationId },
    Environment: { Id: ids.EnvironmentId },
    ConfigurationProfile: { Id: ids.ConfigurationProfileId, Name: 'gameplay' },
  };

  const answers = [];
  for (let look = 0; look < 4; look++) {
    const old = profile(oldLabel, worked([5_000 + 1_000 * look, 5 + look]));
    const fresh = profile(newLabel, worked([5_000, 5], [1_000 * look, 60 * look]));
    for (const node of ['a', 'b']) await report(node, look + 1, look === 0 ? old : fresh);
    for (const node of ['c', 'd']) await report(node, look + 1, old);
    answers.push(await container()(tick));
    nowMs += 60_000;
  }
  expect(answers.slice(0, 3)).toEqual([goesOn, goesOn, goesOn]);
  expect(answers[3]).toEqual({
    Directive: 'ROLL_BACK',
    Description:
      'Veltrix guard: unhealthy: new 240 errors in 4,000 requests, old 6 in 6,000: 60x worse; evidence 190,000 (needs 100)',
  });
  expect((await rollouts.read(cluster, [2])).get(2)?.guard).toMatchObject({
    verdict: 'unhealthy',
    action: 'rollback',
    looks: 4,
    nodes: { tested: 2, previous: 2 },
  });
  const { facts, revision } = await rollouts.readGuard(cluster, 2);
  expect([facts?.label, facts?.previousLabel, revision]).toEqual([newLabel, oldLabel, 4]);
  expect((facts?.endsAtMs ?? 0) - (facts?.startedAtMs ?? 0)).toBe(30 * 60_000);
  expect(told.counts()).toEqual({ GuardLooks: 4, GuardWarnings: 1, GuardRollbacks: 1 });
}, 60_000);

const reportOf = (node: string, sequence: number): NodeReport => ({
  form: 1,
  cluster,
  node,
  incarnation: 'life-1',
  sequence,
  labels: {},
  capacity: 100,
  load: 0.5,
  queueDepth: 0,
  inFlight: 0,
  health: 'ready',
  profiles: {},
  droppedReports: 0,
});

import { describe, expect, it } from 'vitest';
import { readDeployment, readDeploymentSummary } from '../../../aws/appconfig/answers.js';
import { isRunning } from '../../../core/delivery/deployments.js';
import { ServiceUnavailable } from '../../../core/errors.js';

const startedAt = new Date('2026-01-01T00:00:00.000Z');
const summary = {
  DeploymentNumber: 7,
  ConfigurationName: 'gameplay',
  ConfigurationVersion: '3',
  State: 'BAKING',
  PercentageComplete: 100,
  StartedAt: startedAt,
};
const entry = (EventType?: string) => ({ EventType, OccurredAt: startedAt });
const deployment = (types: readonly (string | undefined)[]) => ({
  ...summary,
  DeploymentDurationInMinutes: 10,
  EventLog: types.map(entry).toReversed(),
});

describe('what AppConfig answers', () => {
  it('may hold entries of a kind that is not known: the others keep their places in the log', () => {
    const { log } = readDeployment(
      deployment(['DEPLOYMENT_STARTED', 'PAUSED_FOR_APPROVAL', 'PERCENTAGE_UPDATED', undefined]),
    );
    expect(log.map(({ type }) => type)).toEqual([
      'DEPLOYMENT_STARTED',
      'OTHER',
      'PERCENTAGE_UPDATED',
      'OTHER',
    ]);
  });

  it.each([
    ['BAKING', 'BAKING', true],
    ['COMPLETE', 'COMPLETE', false],
    ['PAUSED', 'OTHER', true],
    [undefined, 'OTHER', true],
  ])('may say that a deployment is %s', (State, state, running) => {
    const read = readDeploymentSummary({ ...summary, State });
    expect([read.state, isRunning(read)]).toEqual([state, running]);
  });

  it('must say of which profile a deployment is', () => {
    const { ConfigurationName: _, ...rest } = summary;
    expect(() => readDeploymentSummary(rest)).toThrow(ServiceUnavailable);
  });
});

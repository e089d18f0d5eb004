/** Environments. Monitors are recorded, and not evaluated: there is no CloudWatch here. */
import * as z from 'zod';
import { defineOperation } from '../../../kernel/operations.js';
import { deploymentArn, environmentArn } from '../arns.js';
import type { AppConfig } from '../context.js';
import { isOpen } from '../deployments/machine.js';
import { conflict, quotaExceeded } from '../errors.js';
import { environmentsPerApplication, monitorsPerEnvironment } from '../limits.js';
import { deploymentsOf, getApplication, getEnvironment } from '../lookups.js';
import { type Environment, shapeOf } from '../state/records.js';
import { nextId, nextOrdinal } from '../state/state.js';
import { merge } from './applications.js';
import {
  description,
  identifier,
  inApplication,
  inEnvironment,
  name,
  pageOfRecords,
  paging,
  roleArn,
  tagValues,
} from './members.js';
import { assertUnprotected, protectionCheck } from './settings.js';
import { tagOnCreate } from './tags.js';

const monitors = z
  .array(z.strictObject({ AlarmArn: identifier, AlarmRoleArn: roleArn.optional() }))
  .max(monitorsPerEnvironment)
  .optional();

export const createEnvironment = defineOperation({
  input: z.strictObject({
    ...inApplication,
    Name: name,
    Description: description,
    Monitors: monitors,
    Tags: tagValues.optional(),
  }),
  run(app: AppConfig, { Tags, ...about }) {
    const { state, clock, identity } = app;
    assertRoom(app, getApplication(state, about.ApplicationId).Id);
    const Id = nextId(state);
    const own = { ordinal: nextOrdinal(state), createdAtMs: clock.now() };
    const environment: Environment = { ...own, Id, State: 'READY_FOR_DEPLOYMENT', ...about };
    state.environments.set(Id, environment);
    tagOnCreate(app, environmentArn(identity, about.ApplicationId, Id), Tags);
    warnOfMonitors(app, environment);
    return shapeOf(environment);
  },
});

export const getEnvironmentOperation = defineOperation({
  input: z.strictObject(inEnvironment),
  run: ({ state }: AppConfig, input) => shapeOf(getEnvironment(state, input)),
});

export const listEnvironments = defineOperation({
  input: z.strictObject({ ...inApplication, ...paging }),
  run({ state }: AppConfig, { ApplicationId, ...request }) {
    const { Id } = getApplication(state, ApplicationId);
    return pageOfRecords(environmentsOf(state.environments.values(), Id), request);
  },
});

export const updateEnvironment = defineOperation({
  input: z.strictObject({
    ...inEnvironment,
    Name: name.optional(),
    Description: description,
    Monitors: monitors,
  }),
  run(app: AppConfig, { ApplicationId, EnvironmentId, ...changes }) {
    const { state } = app;
    const updated = merge(getEnvironment(state, { ApplicationId, EnvironmentId }), changes);
    state.environments.set(updated.Id, updated);
    if (changes.Monitors) warnOfMonitors(app, updated);
    return shapeOf(updated);
  },
});

/** Its deployments go with it; one under way refuses. */
export const deleteEnvironment = defineOperation({
  input: z.strictObject({ ...inEnvironment, DeletionProtectionCheck: protectionCheck }),
  run(app: AppConfig, input) {
    const { state, identity } = app;
    const environment = getEnvironment(state, input);
    const deployments = deploymentsOf(state, environment.Id);
    if (deployments.some((deployment) => isOpen(deployment.rollout)))
      throw conflict(`Cannot delete environment ${environment.Id} while a deployment is under way in it`);
    assertUnprotected(app, environment, input.DeletionProtectionCheck);
    for (const deployment of deployments) state.tags.delete(deploymentArn(identity, deployment));
    state.tags.delete(environmentArn(identity, environment.ApplicationId, environment.Id));
    state.deployments.delete(environment.Id);
    state.accesses.delete(environment.Id);
    state.environments.delete(environment.Id);
    return {};
  },
});

function environmentsOf(all: Iterable<Environment>, applicationId: string): Environment[] {
  return [...all].filter((environment) => environment.ApplicationId === applicationId);
}

function assertRoom({ state }: AppConfig, applicationId: string): void {
  if (environmentsOf(state.environments.values(), applicationId).length < environmentsPerApplication) return;
  throw quotaExceeded(`An application has at most ${environmentsPerApplication} environments`);
}

function warnOfMonitors({ onNotice }: AppConfig, { Id, Name, Monitors = [] }: Environment): void {
  if (Monitors.length === 0) return;
  onNotice(
    `Environment ${Name} (${Id}) has ${Monitors.length} monitor(s): recorded, but without CloudWatch no alarm is read ` +
      'here, so none of them will roll a deployment back',
  );
}

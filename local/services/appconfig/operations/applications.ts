/** Applications: pure containers. Names need not be unique. */
import * as z from 'zod';
import { defineOperation } from '../../../kernel/operations.js';
import { applicationArn } from '../arns.js';
import type { AppConfig } from '../context.js';
import { badRequest, quotaExceeded } from '../errors.js';
import { applicationsPerAccount } from '../limits.js';
import { getApplication } from '../lookups.js';
import { type Application, shapeOf } from '../state/records.js';
import { nextId, nextOrdinal } from '../state/state.js';
import { description, inApplication, name, pageOfRecords, paging, tagValues } from './members.js';
import { tagOnCreate } from './tags.js';

export const createApplication = defineOperation({
  input: z.strictObject({ Name: name, Description: description, Tags: tagValues.optional() }),
  run(app: AppConfig, { Tags, ...about }) {
    const { state, clock, identity } = app;
    if (state.applications.size >= applicationsPerAccount)
      throw quotaExceeded(`An account has at most ${applicationsPerAccount} applications`);
    const Id = nextId(state);
    const application: Application = {
      ordinal: nextOrdinal(state),
      createdAtMs: clock.now(),
      Id,
      ...about,
    };
    state.applications.set(Id, application);
    tagOnCreate(app, applicationArn(identity, Id), Tags);
    return shapeOf(application);
  },
});

export const getApplicationOperation = defineOperation({
  input: z.strictObject(inApplication),
  run: ({ state }: AppConfig, { ApplicationId }) => shapeOf(getApplication(state, ApplicationId)),
});

export const listApplications = defineOperation({
  input: z.strictObject(paging),
  run: ({ state }: AppConfig, input) => pageOfRecords([...state.applications.values()], input),
});

export const updateApplication = defineOperation({
  input: z.strictObject({ ...inApplication, Name: name.optional(), Description: description }),
  run({ state }: AppConfig, { ApplicationId, ...changes }) {
    const updated: Application = merge(getApplication(state, ApplicationId), changes);
    state.applications.set(updated.Id, updated);
    return shapeOf(updated);
  },
});

export const deleteApplication = defineOperation({
  input: z.strictObject(inApplication),
  run({ state, identity }: AppConfig, { ApplicationId }) {
    const { Id } = getApplication(state, ApplicationId);
    const holds = [...state.environments.values(), ...state.profiles.values()].filter(
      (record) => record.ApplicationId === Id,
    );
    if (holds.length > 0)
      throw badRequest(
        `Cannot delete application ${Id} because it still has environments or configuration profiles: ` +
          holds.map((record) => record.Name).join(', '),
      );
    state.applications.delete(Id);
    state.tags.delete(applicationArn(identity, Id));
    return {};
  },
});

/** A record with the members that were given; those left out stay. */
export function merge<T extends object>(
  record: T,
  changes: { readonly [K in keyof T]?: T[K] | undefined },
): T {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { ...record, ...Object.fromEntries(given) };
}

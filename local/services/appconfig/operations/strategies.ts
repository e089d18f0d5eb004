/** Deployment strategies, the predefined four included. */
import * as z from 'zod';
import { defineOperation } from '../../../kernel/operations.js';
import { strategyArn } from '../arns.js';
import type { AppConfig } from '../context.js';
import { badRequest, notHere, quotaExceeded } from '../errors.js';
import { customStrategiesPerAccount, durationMinutes, growthFactorPercent } from '../limits.js';
import { getStrategy } from '../lookups.js';
import { type Strategy, shapeOf } from '../state/records.js';
import { nextId, nextOrdinal } from '../state/state.js';
import { isPredefined, predefinedStrategies } from '../strategies.js';
import { merge } from './applications.js';
import { description, integer, name, pageOfRecords, paging, tagValues } from './members.js';
import { tagOnCreate } from './tags.js';

const minutes = integer(durationMinutes);
const growthFactor = z.number().min(growthFactorPercent.min).max(growthFactorPercent.max);
const growthType = z.enum(['LINEAR', 'EXPONENTIAL']);
const inStrategy = { DeploymentStrategyId: z.string().min(1).max(64) };

export const createDeploymentStrategy = defineOperation({
  input: z.strictObject({
    Name: name,
    Description: description,
    DeploymentDurationInMinutes: minutes,
    GrowthType: growthType.default('LINEAR'),
    GrowthFactor: growthFactor,
    FinalBakeTimeInMinutes: minutes.default(0),
    ReplicateTo: z.enum(['NONE', 'SSM_DOCUMENT']).default('NONE'),
    Tags: tagValues.optional(),
  }),
  run(app: AppConfig, { Tags, ReplicateTo, ...about }) {
    const { state, clock, identity } = app;
    if (ReplicateTo !== 'NONE') throw notHere(`ReplicateTo ${ReplicateTo}: there is no Systems Manager`);
    if (state.strategies.size >= customStrategiesPerAccount)
      throw quotaExceeded(
        `An account has at most ${customStrategiesPerAccount} custom deployment strategies`,
      );
    const Id = nextId(state);
    const own = { ordinal: nextOrdinal(state), createdAtMs: clock.now() };
    const strategy: Strategy = { ...own, Id, ReplicateTo, ...about };
    state.strategies.set(Id, strategy);
    tagOnCreate(app, strategyArn(identity, Id), Tags);
    return shapeOf(strategy);
  },
});

export const getDeploymentStrategy = defineOperation({
  input: z.strictObject(inStrategy),
  run: ({ state }: AppConfig, input) => shapeOf(getStrategy(state, input.DeploymentStrategyId)),
});

export const listDeploymentStrategies = defineOperation({
  input: z.strictObject(paging),
  run({ state }: AppConfig, input) {
    const numbered = predefinedStrategies.map((strategy, index) => ({
      ...strategy,
      ordinal: index - predefinedStrategies.length,
    }));
    return pageOfRecords([...numbered, ...state.strategies.values()], input);
  },
});

/** Running deployments keep what they started with. */
export const updateDeploymentStrategy = defineOperation({
  input: z.strictObject({
    ...inStrategy,
    Description: description,
    DeploymentDurationInMinutes: minutes.optional(),
    GrowthType: growthType.optional(),
    GrowthFactor: growthFactor.optional(),
    FinalBakeTimeInMinutes: minutes.optional(),
  }),
  run({ state }: AppConfig, { DeploymentStrategyId, ...changes }) {
    assertCustom('update', DeploymentStrategyId);
    const updated: Strategy = merge(getStrategy(state, DeploymentStrategyId), changes);
    state.strategies.set(updated.Id, updated);
    return shapeOf(updated);
  },
});

export const deleteDeploymentStrategy = defineOperation({
  input: z.strictObject(inStrategy),
  run({ state, identity }: AppConfig, { DeploymentStrategyId }) {
    assertCustom('delete', DeploymentStrategyId);
    const { Id } = getStrategy(state, DeploymentStrategyId);
    state.strategies.delete(Id);
    state.tags.delete(strategyArn(identity, Id));
    return {};
  },
});

function assertCustom(verb: string, strategyId: string): void {
  if (isPredefined(strategyId))
    throw badRequest(`Cannot ${verb} predefined Deployment Strategy ${strategyId}`);
}

/** What each stage deploys of applications: every environment is in one of them, and in no other. */

import { UsageError } from './errors.js';
import { holds, type Stage, stageOf } from './stages.js';

/** As much of an application as decides what a stage deploys of it. */
interface Placed {
  readonly name: string;
  readonly environments: readonly string[];
}

/** @throws UsageError when an environment of an application is in no stage. */
export function demandHomes(stages: readonly Stage[], applications: readonly Placed[]): void {
  for (const application of applications) {
    const homeless = application.environments.find((environment) => !stageOf(stages, environment));
    if (homeless === undefined) continue;
    throw new UsageError(`No stage holds ${application.name}/${homeless}`, {
      hint: `Write it into a stage of infra/stages.ts: environments: { '${homeless}': { strategy: 'linear-20' } }.`,
    });
  }
}

/** What a stage deploys: of each application just the environments that it holds, in their order. */
export const applicationsIn = <App extends Placed>(stage: Stage, applications: readonly App[]): App[] =>
  applications
    .map((application) => ({
      ...application,
      environments: application.environments.filter((environment) => holds(stage, environment)),
    }))
    .filter(({ environments }) => environments.length > 0);

/** Rollouts at a time that most fleets never have. */
const guardReservedConcurrencyMin = 5;

/**
 * Runs to reserve for the guard of a stage with so many environments: each runs one deployment at a time, which ticks once
 * a minute, and all may tick at the same instant. Undefined to reserve none.
 * @throws UsageError when the stage wants fewer than its environments need.
 */
export function guardConcurrency(stage: Stage, environments: number): number | undefined {
  const wanted = stage.guardReservedConcurrency ?? Math.max(guardReservedConcurrencyMin, environments);
  if (wanted === 0) return undefined;
  if (wanted >= environments) return wanted;
  throw new UsageError(
    `guardReservedConcurrency is ${wanted} for ${environments} environments: a rollout whose tick finds no room is rolled back`,
    { hint: `Write at least ${environments} in infra/stages.ts, or 0 to reserve none.` },
  );
}

/** How a deployment is answered. */
import type { Json } from '../../../../kernel/aws.js';
import type { RolloutEvent } from '../../deployments/machine.js';
import type { AppliedExtension, Deployment } from '../../state/deployments.js';
import { shapeOf } from '../../state/records.js';

/** The smallest percentage AWS shows, also of a deployment that exposes nothing yet (model: `Percentage`). */
const leastPercent = 1;

/** The record, whole. */
export function describeDeployment(deployment: Deployment): Json {
  return {
    ...shapeOf(deployment),
    ...progress(deployment),
    EventLog: deployment.rollout.events.map(describeEvent),
    AppliedExtensions: deployment.applied.map(describeApplied),
  };
}

/** The subset that ListDeployments gives, with its `Type`. */
export function summarizeDeployment(deployment: Deployment): Json {
  const { DeploymentNumber, ConfigurationProfileId, ConfigurationName, ConfigurationVersion } = deployment;
  const { DeploymentDurationInMinutes, GrowthType, GrowthFactor, FinalBakeTimeInMinutes, VersionLabel } =
    deployment;
  return {
    DeploymentNumber,
    ConfigurationProfileId,
    ConfigurationName,
    ConfigurationVersion,
    DeploymentDurationInMinutes,
    GrowthType,
    GrowthFactor,
    FinalBakeTimeInMinutes,
    VersionLabel,
    ...progress(deployment),
    Type: 'USER',
  };
}

function progress({ rollout }: Deployment): Json {
  const { state, percent, startedAtMs, completedAtMs } = rollout;
  return {
    State: state,
    PercentageComplete: Math.max(leastPercent, percent),
    StartedAt: new Date(startedAtMs),
    ...(completedAtMs !== undefined && { CompletedAt: new Date(completedAtMs) }),
  };
}

function describeEvent(event: RolloutEvent): Json {
  return {
    EventType: event.type,
    TriggeredBy: event.triggeredBy,
    Description: event.description,
    ActionInvocations: event.invocations,
    OccurredAt: new Date(event.occurredAtMs),
  };
}

function describeApplied(applied: AppliedExtension): Json {
  return {
    ExtensionId: applied.extensionId,
    ExtensionAssociationId: applied.associationId,
    VersionNumber: applied.versionNumber,
    Parameters: applied.startParameters,
  };
}

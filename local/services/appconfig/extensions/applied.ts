/** Which extensions are in force for a configuration, in the order in which their actions run. */
import { applicationArn, environmentArn, profileArn } from '../arns.js';
import type { Surroundings } from '../context.js';
import { badRequest } from '../errors.js';
import { extensionOf } from '../lookups.js';
import type { AppliedExtension, Deployment } from '../state/deployments.js';
import type { ActionPoint, Association, Extension } from '../state/records.js';

/** Where something happens; a hosted version has no environment. */
export interface Place {
  readonly applicationId: string;
  readonly environmentId?: string;
  readonly profileId: string;
}

/** `<extension name, id or ARN>#<parameter>` → value, as StartDeployment takes it. */
export type DynamicParameters = Readonly<Record<string, string>>;

/** ARNs an association may name to be in force at a place, widest first. */
export function scopesOf({ identity }: Surroundings, place: Place): readonly string[] {
  const { applicationId, environmentId, profileId } = place;
  return [
    applicationArn(identity, applicationId),
    ...(environmentId ? [environmentArn(identity, applicationId, environmentId)] : []),
    profileArn(identity, applicationId, profileId),
  ];
}

/** ARNs that the resource policy of an extension's function may name for a deployment. */
export function sourceArnsOf(around: Surroundings, deployment: Deployment): readonly string[] {
  return scopesOf(around, {
    applicationId: deployment.ApplicationId,
    environmentId: deployment.EnvironmentId,
    profileId: deployment.ConfigurationProfileId,
  });
}

/**
 * The extensions in force: those of the application first, then of the environment, then of the profile, each in order of
 * association. Throws BadRequestException for a dynamic parameter that none of them declares as dynamic.
 */
export function appliedAt(
  around: Surroundings,
  place: Place,
  dynamic: DynamicParameters = {},
): AppliedExtension[] {
  const associations = [...around.state.associations.values()];
  const applied = scopesOf(around, place).flatMap((arn) =>
    associations
      .filter((association) => association.ResourceArn === arn)
      .flatMap((association) => apply(association, extensionOf(around.state, association), dynamic)),
  );
  assertDynamic(around, applied, dynamic);
  return applied;
}

/** An applied extension that acts at a point. */
export function actionAt(applied: AppliedExtension, point: ActionPoint) {
  return applied.actions[point];
}

function apply(
  association: Association,
  extension: Extension | undefined,
  dynamic: DynamicParameters,
): AppliedExtension[] {
  if (!extension) return [];
  const actions = Object.entries(extension.Actions).flatMap(([point, [action]]) =>
    action ? [[point, { Name: action.Name, Uri: action.Uri, RoleArn: action.RoleArn }] as const] : [],
  );
  const parameters = association.Parameters ?? {};
  return [
    {
      associationId: association.Id,
      extensionId: extension.Id,
      extensionName: extension.Name,
      extensionArn: extension.Arn,
      versionNumber: extension.VersionNumber,
      actions: Object.fromEntries(actions),
      parameters,
      startParameters: { ...parameters, ...suppliedFor(extension, dynamic) },
    },
  ];
}

function suppliedFor(extension: Extension, dynamic: DynamicParameters): Record<string, string> {
  return Object.fromEntries(
    Object.entries(dynamic).flatMap(([key, value]) => {
      const { reference, parameter } = splitKey(key);
      return names(extension, reference) && extension.Parameters?.[parameter]?.Dynamic
        ? [[parameter, value] as const]
        : [];
    }),
  );
}

function assertDynamic(
  around: Surroundings,
  applied: readonly AppliedExtension[],
  dynamic: DynamicParameters,
): void {
  const extensions = [...around.state.extensions.values()].filter((extension) =>
    applied.some((one) => one.extensionArn === extension.Arn),
  );
  for (const key of Object.keys(dynamic)) {
    const { reference, parameter } = splitKey(key);
    const fitting = extensions.filter((extension) => names(extension, reference));
    if (fitting.length === 0)
      throw badRequest(`DynamicExtensionParameters: no extension '${reference}' is associated here`);
    if (!fitting.some((extension) => extension.Parameters?.[parameter]?.Dynamic))
      throw badRequest(
        `DynamicExtensionParameters: '${parameter}' is not a dynamic parameter of ${reference}`,
      );
  }
}

function names(extension: Extension, reference: string): boolean {
  return [extension.Name, extension.Id, extension.Arn].includes(reference);
}

function splitKey(key: string): { reference: string; parameter: string } {
  const at = key.indexOf('#');
  return { reference: key.slice(0, at), parameter: key.slice(at + 1) };
}

/** The control plane's operations, by AWS's names. */
import * as z from 'zod';
import type { Operation } from '../../../kernel/operations.js';
import type { AppConfig } from '../context.js';
import { notHere } from '../errors.js';
import * as applications from './applications.js';
import * as deployments from './deployments/deployments.js';
import { startDeployment } from './deployments/start.js';
import * as environments from './environments.js';
import * as associations from './extensions/associations.js';
import * as extensions from './extensions/extensions.js';
import * as profiles from './profiles.js';
import * as settings from './settings.js';
import * as strategies from './strategies.js';
import * as tags from './tags.js';
import { createHostedConfigurationVersion } from './versions/create.js';
import * as versions from './versions/versions.js';

/** Operations that AWS has and this engine answers with 501. */
const missingOperations = {
  GetConfiguration:
    'the deprecated GetConfiguration; use StartConfigurationSession and GetLatestConfiguration',
  CreateExperimentDefinition: 'experiments (CreateExperimentDefinition)',
  DeleteExperimentDefinition: 'experiments (DeleteExperimentDefinition)',
  GetExperimentDefinition: 'experiments (GetExperimentDefinition)',
  GetExperimentRun: 'experiments (GetExperimentRun)',
  ListExperimentDefinitions: 'experiments (ListExperimentDefinitions)',
  ListExperimentRunEvents: 'experiments (ListExperimentRunEvents)',
  ListExperimentRuns: 'experiments (ListExperimentRuns)',
  StartExperimentRun: 'experiments (StartExperimentRun)',
  StopExperimentRun: 'experiments (StopExperimentRun)',
  UpdateExperimentDefinition: 'experiments (UpdateExperimentDefinition)',
  UpdateExperimentRun: 'experiments (UpdateExperimentRun)',
} as const;

export const controlOperations: Readonly<Record<string, Operation<AppConfig>>> = {
  CreateApplication: applications.createApplication,
  GetApplication: applications.getApplicationOperation,
  ListApplications: applications.listApplications,
  UpdateApplication: applications.updateApplication,
  DeleteApplication: applications.deleteApplication,
  CreateEnvironment: environments.createEnvironment,
  GetEnvironment: environments.getEnvironmentOperation,
  ListEnvironments: environments.listEnvironments,
  UpdateEnvironment: environments.updateEnvironment,
  DeleteEnvironment: environments.deleteEnvironment,
  CreateConfigurationProfile: profiles.createConfigurationProfile,
  GetConfigurationProfile: profiles.getConfigurationProfile,
  ListConfigurationProfiles: profiles.listConfigurationProfiles,
  UpdateConfigurationProfile: profiles.updateConfigurationProfile,
  DeleteConfigurationProfile: profiles.deleteConfigurationProfile,
  CreateHostedConfigurationVersion: createHostedConfigurationVersion,
  GetHostedConfigurationVersion: versions.getHostedConfigurationVersion,
  ListHostedConfigurationVersions: versions.listHostedConfigurationVersions,
  DeleteHostedConfigurationVersion: versions.deleteHostedConfigurationVersion,
  ValidateConfiguration: versions.validateConfiguration,
  CreateDeploymentStrategy: strategies.createDeploymentStrategy,
  GetDeploymentStrategy: strategies.getDeploymentStrategy,
  ListDeploymentStrategies: strategies.listDeploymentStrategies,
  UpdateDeploymentStrategy: strategies.updateDeploymentStrategy,
  DeleteDeploymentStrategy: strategies.deleteDeploymentStrategy,
  StartDeployment: startDeployment,
  GetDeployment: deployments.getDeploymentOperation,
  ListDeployments: deployments.listDeployments,
  StopDeployment: deployments.stopDeployment,
  CreateExtension: extensions.createExtension,
  GetExtension: extensions.getExtensionOperation,
  ListExtensions: extensions.listExtensions,
  UpdateExtension: extensions.updateExtension,
  DeleteExtension: extensions.deleteExtension,
  CreateExtensionAssociation: associations.createExtensionAssociation,
  GetExtensionAssociation: associations.getExtensionAssociation,
  ListExtensionAssociations: associations.listExtensionAssociations,
  UpdateExtensionAssociation: associations.updateExtensionAssociation,
  DeleteExtensionAssociation: associations.deleteExtensionAssociation,
  GetAccountSettings: settings.getAccountSettings,
  UpdateAccountSettings: settings.updateAccountSettings,
  TagResource: tags.tagResource,
  UntagResource: tags.untagResource,
  ListTagsForResource: tags.listTagsForResource,
  ...Object.fromEntries(Object.entries(missingOperations).map(([name, what]) => [name, missing(what)])),
};

function missing(what: string): Operation<AppConfig> {
  return {
    input: z.unknown(),
    run: () => {
      throw notHere(what);
    },
  };
}

/**
 * The control plane's REST routes (service model 2019-10-09). Mind the path of DeleteDeploymentStrategy: it is misspelt,
 * for DELETE only, and every SDK sends it so.
 */
import type { Route } from '../../../kernel/rest-protocol.js';
import { formatVersion, fromHeaders, parseTagKeys, parseVersion } from './headers.js';
import { missingRoutes } from './missing-routes.js';

const application = '/applications/{ApplicationId}';
const environment = `${application}/environments/{EnvironmentId}`;
const deployment = `${environment}/deployments/{DeploymentNumber}`;
const profile = `${application}/configurationprofiles/{ConfigurationProfileId}`;
const version = `${profile}/hostedconfigurationversions/{VersionNumber}`;
const strategy = '/deploymentstrategies/{DeploymentStrategyId}';
const extension = '/extensions/{ExtensionIdentifier}';
const association = '/extensionassociations/{ExtensionAssociationId}';
const tags = '/tags/{ResourceArn}';

const paging = { max_results: 'MaxResults', next_token: 'NextToken' };
const checked = fromHeaders({ 'x-amzn-deletion-protection-check': 'DeletionProtectionCheck' });

const resources: readonly Route[] = [
  { method: 'POST', path: '/applications', operation: 'CreateApplication', status: 201 },
  { method: 'GET', path: '/applications', operation: 'ListApplications', query: paging },
  { method: 'GET', path: application, operation: 'GetApplication' },
  { method: 'PATCH', path: application, operation: 'UpdateApplication' },
  { method: 'DELETE', path: application, operation: 'DeleteApplication', status: 204 },
  { method: 'POST', path: `${application}/environments`, operation: 'CreateEnvironment', status: 201 },
  { method: 'GET', path: `${application}/environments`, operation: 'ListEnvironments', query: paging },
  { method: 'GET', path: environment, operation: 'GetEnvironment' },
  { method: 'PATCH', path: environment, operation: 'UpdateEnvironment' },
  { method: 'DELETE', path: environment, operation: 'DeleteEnvironment', status: 204, parse: checked },
  {
    method: 'POST',
    path: `${application}/configurationprofiles`,
    operation: 'CreateConfigurationProfile',
    status: 201,
  },
  {
    method: 'GET',
    path: `${application}/configurationprofiles`,
    operation: 'ListConfigurationProfiles',
    query: { ...paging, type: 'Type' },
  },
  { method: 'GET', path: profile, operation: 'GetConfigurationProfile' },
  { method: 'PATCH', path: profile, operation: 'UpdateConfigurationProfile' },
  { method: 'DELETE', path: profile, operation: 'DeleteConfigurationProfile', status: 204, parse: checked },
];

const versions: readonly Route[] = [
  {
    method: 'POST',
    path: `${profile}/hostedconfigurationversions`,
    operation: 'CreateHostedConfigurationVersion',
    parse: parseVersion,
    format: formatVersion(201),
  },
  {
    method: 'GET',
    path: `${profile}/hostedconfigurationversions`,
    operation: 'ListHostedConfigurationVersions',
    query: { ...paging, version_label: 'VersionLabel' },
  },
  { method: 'GET', path: version, operation: 'GetHostedConfigurationVersion', format: formatVersion(200) },
  { method: 'DELETE', path: version, operation: 'DeleteHostedConfigurationVersion', status: 204 },
  {
    method: 'POST',
    path: `${profile}/validators`,
    operation: 'ValidateConfiguration',
    query: { configuration_version: 'ConfigurationVersion' },
    status: 204,
  },
];

const deployments: readonly Route[] = [
  { method: 'POST', path: '/deploymentstrategies', operation: 'CreateDeploymentStrategy', status: 201 },
  { method: 'GET', path: '/deploymentstrategies', operation: 'ListDeploymentStrategies', query: paging },
  { method: 'GET', path: strategy, operation: 'GetDeploymentStrategy' },
  { method: 'PATCH', path: strategy, operation: 'UpdateDeploymentStrategy' },
  {
    method: 'DELETE',
    path: '/deployementstrategies/{DeploymentStrategyId}',
    operation: 'DeleteDeploymentStrategy',
    status: 204,
  },
  { method: 'POST', path: `${environment}/deployments`, operation: 'StartDeployment', status: 201 },
  { method: 'GET', path: `${environment}/deployments`, operation: 'ListDeployments', query: paging },
  { method: 'GET', path: deployment, operation: 'GetDeployment' },
  {
    method: 'DELETE',
    path: deployment,
    operation: 'StopDeployment',
    status: 202,
    parse: fromHeaders({ 'allow-revert': 'AllowRevert' }),
  },
];

const extensions: readonly Route[] = [
  {
    method: 'POST',
    path: '/extensions',
    operation: 'CreateExtension',
    status: 201,
    parse: fromHeaders({ 'latest-version-number': 'LatestVersionNumber' }),
  },
  {
    method: 'GET',
    path: '/extensions',
    operation: 'ListExtensions',
    query: { ...paging, name: 'Name' },
  },
  { method: 'GET', path: extension, operation: 'GetExtension', query: { version_number: 'VersionNumber' } },
  { method: 'PATCH', path: extension, operation: 'UpdateExtension' },
  {
    method: 'DELETE',
    path: extension,
    operation: 'DeleteExtension',
    query: { version: 'VersionNumber' },
    status: 204,
  },
  { method: 'POST', path: '/extensionassociations', operation: 'CreateExtensionAssociation', status: 201 },
  {
    method: 'GET',
    path: '/extensionassociations',
    operation: 'ListExtensionAssociations',
    query: {
      ...paging,
      resource_identifier: 'ResourceIdentifier',
      extension_identifier: 'ExtensionIdentifier',
      extension_version_number: 'ExtensionVersionNumber',
    },
  },
  { method: 'GET', path: association, operation: 'GetExtensionAssociation' },
  { method: 'PATCH', path: association, operation: 'UpdateExtensionAssociation' },
  { method: 'DELETE', path: association, operation: 'DeleteExtensionAssociation', status: 204 },
];

const account: readonly Route[] = [
  { method: 'GET', path: '/settings', operation: 'GetAccountSettings' },
  { method: 'PATCH', path: '/settings', operation: 'UpdateAccountSettings' },
  { method: 'POST', path: tags, operation: 'TagResource', status: 204 },
  { method: 'DELETE', path: tags, operation: 'UntagResource', status: 204, parse: parseTagKeys },
  { method: 'GET', path: tags, operation: 'ListTagsForResource' },
];

export const controlRoutes: readonly Route[] = [
  ...resources,
  ...versions,
  ...deployments,
  ...extensions,
  ...account,
  ...missingRoutes,
];

/** One application in AppConfig: its environments and profiles, who checks them and who may publish to them. */

import { Stack } from 'aws-cdk-lib';
import { CfnApplication, CfnConfigurationProfile, CfnEnvironment } from 'aws-cdk-lib/aws-appconfig';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnAlias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import {
  publishFunction,
  queueAlias,
  queuesTable,
  rolloutsTable,
  validateFunction,
} from '../../core/names.js';
import type { Application, Profile } from '../../core/profiles.js';
import { environmentOf, type Stage } from '../../core/stages.js';
import { publishProfilesMax, publishSettingsSchema } from '../../functions/publish-config/settings.js';
import { validateSettingsSchema } from '../../functions/validate-config/settings.js';
import { PublishedIds } from '../access/published-ids.js';
import { appConfigArn, tableArn } from '../parts/arns.js';
import { removalPolicy } from '../parts/removal.js';
import { VeltrixFunction } from '../parts/veltrix-function.js';
import { logicalIdOf, type PinnedPart } from './logical-ids.js';
import { monitorsOf } from './monitor.js';
import { QueueTurns } from './queue-turns.js';

/** AppConfig asks a validator for at most 15 seconds, its cold start included. */
const validateTimeoutSeconds = 15;
/** Eight lost races with their pauses, and lists of thousands of versions; callers wait a little longer. */
const publishTimeoutSeconds = 60;

export interface AppConfigApplicationProps {
  readonly stage: Stage;
  readonly application: Application;
  /** AppConfig's id of each strategy, by name. */
  readonly strategyIds: Readonly<Record<string, string>>;
}

type Ids = Readonly<Record<string, string>>;

export class AppConfigApplication extends Construct {
  readonly applicationId: string;
  readonly environmentIds: Ids;
  private readonly props: AppConfigApplicationProps;

  constructor(scope: Construct, id: string, props: AppConfigApplicationProps) {
    super(scope, id);
    this.props = props;
    const { name, environments, profiles } = props.application;
    if (profiles.length > publishProfilesMax) throw new Error(tooMany(props.application));
    this.applicationId = this.keep('Application', new CfnApplication(this, 'Application', { name }));
    const profileIds = byName(profiles, (profile) => this.profile(profile));
    this.environmentIds = byName(
      environments.map((environment) => ({ name: environment })),
      (environment) => this.environment(environment.name),
    );
    const { applicationId, environmentIds } = this;
    new PublishedIds(this, 'Ids', {
      stage: props.stage.name,
      application: name,
      applicationId,
      environmentIds,
    });
    for (const [environment, environmentId] of Object.entries(this.environmentIds)) {
      this.publish(environment, environmentId, profileIds);
    }
  }

  /** ARN of something in this application; of itself without a path. */
  arn(...path: readonly string[]): string {
    return appConfigArn(Stack.of(this), ['application', this.applicationId, ...path].join('/'));
  }

  /** Lets a function read the application's lists, deployments and event logs; no content. */
  allowReading(reader: VeltrixFunction): void {
    const environments = Object.values(this.environmentIds).map((id) => this.arn('environment', id));
    const deployments = environments.map((arn) => `${arn}/deployment/*`);
    reader.allow(['appconfig:ListEnvironments', 'appconfig:ListConfigurationProfiles'], [this.arn()]);
    reader.allow(['appconfig:ListDeployments'], [this.arn(), ...environments]);
    reader.allow(['appconfig:GetDeployment'], [this.arn(), ...environments, ...deployments]);
  }

  private environment(name: string): string {
    const { applicationId } = this;
    const id = `Environment-${name}` as const;
    const monitors = monitorsOf(this, environmentOf(this.props.stage, name).monitor);
    const monitored = monitors.length > 0 && { monitors };
    return this.keep(id, new CfnEnvironment(this, id, { applicationId, name, ...monitored }));
  }

  private profile(profile: Profile): string {
    const validate = this.validate(profile);
    const id = `Profile-${profile.name}` as const;
    const resource = new CfnConfigurationProfile(this, id, {
      applicationId: this.applicationId,
      name: profile.name,
      description: profile.description,
      locationUri: 'hosted',
      validators: [{ type: 'LAMBDA', content: validate.lambda.functionArn }],
    });
    // With the function's permission in place, so that the first deployment can be checked.
    resource.node.addDependency(validate);
    return this.keep(id, resource);
  }

  /** Whoever removes a file has not said that what nodes hold and history tells may go: `veltrix retire` says so. */
  private keep(
    part: PinnedPart,
    resource: CfnApplication | CfnConfigurationProfile | CfnEnvironment,
  ): string {
    resource.overrideLogicalId(logicalIdOf(this.props.application.name, part));
    resource.applyRemovalPolicy(removalPolicy(this.props.stage));
    return resource.ref;
  }

  private validate(profile: Profile): VeltrixFunction {
    const { stage } = this.props;
    const application = this.props.application.name;
    const validate = new VeltrixFunction(this, `Validate-${profile.name}`, {
      stage,
      name: validateFunction(stage.name, { application, profile: profile.name }),
      folder: 'validate-config',
      description: `Refuses what the schema of ${profile.name} does not admit`,
      settings: validateSettingsSchema,
      environment: {
        VELTRIX_APPLICATION: application,
        VELTRIX_PROFILE: profile.name,
        VELTRIX_SCHEMA_VERSION: String(profile.schemaVersion),
      },
      memoryMb: 512,
      timeoutSeconds: validateTimeoutSeconds,
    });
    // Without a condition on the account, as AppConfig's guide prints it: docs/decisions/0003.
    validate.lambda.addPermission('AppConfig', {
      principal: new ServicePrincipal('appconfig.amazonaws.com'),
    });
    return validate;
  }

  private publish(environment: string, environmentId: string, profileIds: Ids): void {
    const { stage, application, strategyIds } = this.props;
    const publish = new VeltrixFunction(this, `Publish-${environment}`, {
      stage,
      name: publishFunction(stage.name, { application: application.name, environment }),
      folder: 'publish-config',
      description: `Publishes to ${application.name}/${environment}`,
      settings: publishSettingsSchema,
      environment: {
        VELTRIX_APPLICATION: application.name,
        VELTRIX_ENVIRONMENT: environment,
        VELTRIX_APPLICATION_ID: this.applicationId,
        VELTRIX_ENVIRONMENT_ID: environmentId,
        VELTRIX_PROFILE_IDS: Stack.of(this).toJsonString(profileIds),
        VELTRIX_STRATEGY_IDS: Stack.of(this).toJsonString(strategyIds),
        VELTRIX_DEFAULT_STRATEGY: environmentOf(stage, environment).strategy,
        VELTRIX_QUEUES_TABLE: queuesTable(stage.name),
        VELTRIX_ROLLOUTS_TABLE: rolloutsTable(stage.name),
      },
      memoryMb: 512,
      timeoutSeconds: publishTimeoutSeconds,
    });
    this.allowPublishing(publish, environmentId, Object.values(profileIds));
    this.allowRemembering(publish);
    new CfnAlias(this, `Queue-${environment}`, {
      functionName: publish.lambda.functionName,
      functionVersion: '$LATEST',
      name: queueAlias,
      description: 'Changes the queue, and publishes nothing',
    });
    const { applicationId } = this;
    new QueueTurns(this, `Turns-${environment}`, { stage, publish, applicationId, environmentId });
  }

  /** Versions of this application's profiles, and deployments to this one environment. */
  private allowPublishing(
    publish: VeltrixFunction,
    environmentId: string,
    profileIds: readonly string[],
  ): void {
    const application = this.arn();
    const environment = this.arn('environment', environmentId);
    const profiles = profileIds.map((id) => this.arn('configurationprofile', id));
    const strategies = Object.values(this.props.strategyIds).map((id) =>
      appConfigArn(Stack.of(this), `deploymentstrategy/${id}`),
    );
    const deployments = `${environment}/deployment/*`;
    publish.allow(['appconfig:ListDeployments'], [application, environment]);
    publish.allow(['appconfig:GetDeployment'], [application, environment, deployments]);
    publish.allow(
      ['appconfig:ListHostedConfigurationVersions', 'appconfig:CreateHostedConfigurationVersion'],
      [application, ...profiles],
    );
    // What waited in the queue is checked again.
    publish.allow(
      ['appconfig:GetHostedConfigurationVersion'],
      [application, ...profiles, ...profiles.map((arn) => `${arn}/hostedconfigurationversion/*`)],
    );
    publish.allow(
      ['appconfig:StartDeployment'],
      [application, environment, deployments, ...profiles, ...strategies],
    );
  }

  /** The queue of its environment, and who published each rollout. */
  private allowRemembering(publish: VeltrixFunction): void {
    const stack = Stack.of(this);
    const stage = this.props.stage.name;
    publish.allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [tableArn(stack, queuesTable(stage))]);
    publish.allow(['dynamodb:UpdateItem'], [tableArn(stack, rolloutsTable(stage))]);
  }
}

function byName<Item extends { readonly name: string }>(
  items: readonly Item[],
  idOf: (item: Item) => string,
): Ids {
  return Object.fromEntries(items.map((item) => [item.name, idOf(item)]));
}

const tooMany = ({ name, profiles }: Application): string =>
  `${name} has ${profiles.length} profiles; the variables of its publish functions hold ${publishProfilesMax}: split the application`;

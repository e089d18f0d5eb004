/**
 * What workflows of one repository on GitHub may do: they prove who they are with a token of GitHub's for the moment (OpenID
 * Connect), so no key is stored. One role for each kind of work.
 */

import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import {
  type IOidcProvider,
  OidcProviderNative,
  OpenIdConnectPrincipal,
  PolicyStatement,
  Role,
} from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { formatCluster } from '../../core/addresses.js';
import { githubRole } from '../../core/names.js';
import type { Stage } from '../../core/stages.js';
import { EnvironmentAccess } from '../access/environment-access.js';
import { deployRoleArns } from '../pipeline/deploy-roles.js';
import { type Stop, type Travelling, travel } from '../pipeline/travel.js';

const issuer = 'token.actions.githubusercontent.com';
const audience = 'sts.amazonaws.com';
/** A rollout takes half an hour, profiles go one after the other, and the token is not renewed meanwhile. */
const sessionHours = 6;

export interface GithubStackProps extends StackProps {
  readonly stage: Stage;
  readonly github: NonNullable<Stage['github']>;
  /** All of the project, whole. */
  readonly applications: readonly Travelling[];
}

/** Who takes a role, as the token's subject says: `pull_request`, `ref:refs/heads/main`, `environment:staging`. */
type Subject = string;

export class GithubStack extends Stack {
  private readonly stage: Stage;
  private readonly github: GithubStackProps['github'];
  private readonly provider: IOidcProvider;

  constructor(scope: Construct, id: string, { stage, github, applications, ...props }: GithubStackProps) {
    super(scope, id, props);
    this.stage = stage;
    this.github = github;
    this.provider = this.trustGithub();
    const branch = `ref:refs/heads/${github.branch}`;
    const legs = travel(applications, Object.keys(stage.environments));

    // Whoever may open a pull request from a branch of the repository can run what they like with it: it only looks.
    const plan = this.role('plan', ['pull_request', branch]);
    for (const { cluster } of legs.flatMap(({ stops }) => stops)) this.access(cluster).grantRead(plan);

    const deploy = this.role('deploy', [branch]);
    deploy.addToPolicy(new PolicyStatement({ actions: ['sts:AssumeRole'], resources: deployRoleArns(this) }));

    for (const { environment, stops } of legs) {
      // GitHub's environment of that name says who approves, and from which branches.
      const publish = this.role(`publish-${environment}`, [`environment:${environment}`]);
      for (const stop of stops) this.grantPublish(publish, stop);
    }
  }

  private grantPublish(role: Role, { cluster, after }: Stop): void {
    this.access(cluster).grantPublish(role);
    if (after && after.environment in this.stage.environments) this.access(after).grantRead(role);
  }

  private trustGithub(): IOidcProvider {
    if (this.github.provider === 'new') {
      return new OidcProviderNative(this, 'Provider', { url: `https://${issuer}`, clientIds: [audience] });
    }
    const arn = this.formatArn({
      service: 'iam',
      region: '',
      resource: 'oidc-provider',
      resourceName: issuer,
    });
    return OidcProviderNative.fromOidcProviderArn(this, 'Provider', arn);
  }

  private role(does: string, subjects: readonly Subject[]): Role {
    return new Role(this, does, {
      roleName: githubRole(this.stage.name, does),
      description: `Taken by workflows of ${this.github.repository}`,
      maxSessionDuration: Duration.hours(sessionHours),
      assumedBy: new OpenIdConnectPrincipal(this.provider, {
        StringEquals: {
          [`${issuer}:aud`]: audience,
          [`${issuer}:sub`]: subjects.map((subject) => `repo:${this.github.repository}:${subject}`),
        },
      }),
    });
  }

  private access(cluster: Stop['cluster']): EnvironmentAccess {
    return new EnvironmentAccess(this, { stage: this.stage.name, address: formatCluster(cluster) });
  }
}

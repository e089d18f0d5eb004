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
import { githubRole } from '../../core/names.js';
import type { Stage } from '../../core/stages.js';
import { deployRoleArns } from '../pipeline/deploy-roles.js';
import { StopRights, type Way } from '../pipeline/stop-rights.js';
import { travel } from '../pipeline/travel.js';

const issuer = 'token.actions.githubusercontent.com';
const audience = 'sts.amazonaws.com';
/** A rollout takes half an hour, profiles go one after the other, and the token is not renewed meanwhile. */
const sessionHours = 6;

export interface GithubStackProps extends StackProps, Way {
  readonly github: NonNullable<Stage['github']>;
}

/** Who takes a role, as GitHub's token says. */
interface Trusted {
  /** The token's `sub`, after the repository: `pull_request`, `ref:refs/heads/main`, `environment:staging`. */
  readonly subjects: readonly string[];
  /** `refs/heads/main`, where the subject does not say it: that of a job with an environment names the environment alone. */
  readonly ref?: string;
}

export class GithubStack extends Stack {
  private readonly stage: Stage;
  private readonly github: GithubStackProps['github'];
  private readonly provider: IOidcProvider;

  constructor(scope: Construct, id: string, { stage, github, applications, ...props }: GithubStackProps) {
    super(scope, id, props);
    this.stage = stage;
    this.github = github;
    this.provider = this.trustGithub();
    const rights = new StopRights(this, { stage, applications });
    const ref = `refs/heads/${github.branch}`;
    const branch = `ref:${ref}`;
    const legs = travel(applications, Object.keys(stage.environments));

    // Whoever may open a pull request from a branch of the repository can run what they like with it: it only looks.
    const plan = this.role('plan', { subjects: ['pull_request', branch] });
    for (const stop of legs.flatMap(({ stops }) => stops)) rights.grantPlan(plan, stop);

    const deploy = this.role('deploy', { subjects: [branch] });
    deploy.addToPolicy(new PolicyStatement({ actions: ['sts:AssumeRole'], resources: deployRoleArns(this) }));
    rights.grantNames(deploy);

    for (const { environment, stops } of legs) {
      // GitHub's environment of that name says who approves. It makes one that a workflow names and nobody made, open to all.
      const publish = this.role(`publish-${environment}`, { subjects: [`environment:${environment}`], ref });
      for (const stop of stops) rights.grantPublish(publish, stop);
    }
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

  /** STS takes claims of GitHub's own for conditions: https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/ */
  private role(does: string, { subjects, ref }: Trusted): Role {
    return new Role(this, does, {
      roleName: githubRole(this.stage.name, does),
      description: `Taken by workflows of ${this.github.repository}`,
      maxSessionDuration: Duration.hours(sessionHours),
      assumedBy: new OpenIdConnectPrincipal(this.provider, {
        StringEquals: {
          [`${issuer}:aud`]: audience,
          [`${issuer}:sub`]: subjects.map((subject) => `repo:${this.github.repository}:${subject}`),
          ...(ref !== undefined && { [`${issuer}:ref`]: ref }),
        },
      }),
    });
  }
}

/** What cdk-nag finds and is meant to be so: the only place where anything is acknowledged. */

export interface Acknowledged {
  /** The rule's id, as the finding has it. */
  readonly rule: RegExp;
  /** Where it is found: the construct's path, without the stage's name. */
  readonly at: RegExp;
  readonly why: string;
}

/** Rights by infra/access/permissions.ts, wherever they are given. */
const granted = /^(Access|Github|Pipeline)\//;

export const acknowledged: readonly Acknowledged[] = [
  {
    rule: /^AwsSolutions-SQS3$/,
    at: /^Data\/DeadLetters\//,
    why: 'The queue is where dead letters go; letters about dead letters would have to go somewhere, too.',
  },
  {
    rule: /^AwsSolutions-KDS3$/,
    at: /^Data\/(Changes|Load)\/Resource$/,
    why: 'The stage has chosen a key of its own.',
  },
  {
    rule: /^AwsSolutions-L1$/,
    at: /\/Function\/Resource$/,
    why: 'Node.js 22, which Lambda supports until April 2027. A runtime is changed on purpose, with the tests run on it, and not by an update of the CDK.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    at: /^(Delivery|Fleet)\/.*\/Role\/DefaultPolicy\//,
    why: 'X-Ray takes no resource, and neither does the list of applications in AppConfig. test/infra/access/least-privilege.test.ts names the actions.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    at: granted,
    why: 'Lists of applications, strategies and event sources are no resources that could be named. The same test names the actions.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*\/(deployment|hostedconfigurationversion)\/\*\]$/,
    at: /^(Delivery|Access|Github|Pipeline)\//,
    why: 'Deployments and versions are numbered as they come, below an environment or a profile that is named.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*\/(configuration|configurationprofile)\/\*\]$/,
    at: granted,
    why: 'Profiles of an application that is named: a new one must not need the policies to be deployed first.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*:application\/\{\{resolve:ssm:[\w/-]+>>\/\*\]$/,
    at: /^Access\/(auditor|maintainer)-\d/,
    why: 'All of an application that is named, to look at.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*:application\/\*\]$/,
    at: /^(Pipeline\/Infrastructure|Github\/deploy)\//,
    why: 'Names of environments and profiles, and nothing in them: what was renamed stands under a name that no file has.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*:deploymentstrategy\/\*\]$/,
    at: /^Access\/operator-/,
    why: 'A strategy says how fast, and whoever may deploy at all may deploy at once.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*:function:veltrix-main-\*\]$/,
    at: granted,
    why: 'One function of each environment and profile, whose state `doctor` looks at.',
  },
  {
    rule: /^AwsSolutions-IAM5\[(Action::s3:[A-Za-z]+\*|Resource::<Artifacts\w+\.Arn>\/\*)\]$/,
    at: /^Pipeline\/.*DefaultPolicy\//,
    why: 'The CDK’s own grants on the one bucket of the pipeline’s artifacts.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*:(report-group\/<\w+>-\*|log-group:\/aws\/codebuild\/<\w+>:\*)\]$/,
    at: /^Pipeline\/.*\/Project\/Role\/DefaultPolicy\//,
    why: 'The CDK’s own grants on what a project of CodeBuild writes: reports and log streams under its own name.',
  },
  {
    rule: /^AwsSolutions-S1$/,
    at: /^Pipeline\/Artifacts\//,
    why: 'Artifacts of one run, for the pipeline’s own roles: CloudTrail tells who used them, and a log would need a bucket that needs a log.',
  },
  {
    rule: /^AwsSolutions-CB4$/,
    at: /^Pipeline\/.*\/Project\/Resource$/,
    why: 'Artifacts are encrypted by the bucket; they hold what the repository holds and a plan, and no secret.',
  },
];

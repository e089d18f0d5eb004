/** The workflow of a new project: each change is checked, then published to one environment after the other, as people approve. */

import { defaultStage, githubRole } from '../../../core/names.js';
import type { Starter } from './starter.js';

/** Actions by their commits: a tag can be moved. */
const actions = {
  checkout: 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
  setupNode: 'actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0',
  credentials: 'aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3',
  upload: 'actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0',
  download: 'actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1',
};

/** Of a reason, as `publish` takes one. */
const subjectMaxChars = 500;

/** For GitHub Actions, with the roles that `infra/github.ts` makes. */
export function workflow({ application, environments }: Starter): string {
  const jobs = environments.flatMap((environment, index) => {
    const before = environments[index - 1];
    const cluster = `${application}/${environment}`;
    if (before === undefined) return [firstJob(environment, cluster)];
    const after = `${application}/${before}`;
    return [planJob({ environment, cluster, before }), approvedJob({ environment, cluster, after })];
  });
  return [head, ...jobs].join('\n');
}

const prepare = `\
      - uses: ${actions.checkout}
        with:
          persist-credentials: false
      - uses: ${actions.setupNode}
        with:
          node-version: 22
          cache: npm
      - run: npm ci
`;

const head = `\
# Values: checked with every change, and published from main to one environment after the other. From the second on, somebody
# approves a plan that is there to be read: GitHub's environments say who, so make them first. Then the roles: name the repository
# in infra/stages.ts, and npm run deploy:github. Then the variables AWS_ACCOUNT_ID and AWS_REGION; until these are set, nothing is
# published. A role of your own that publishes has to look at the environment before, too (--after). Stacks: npm run deploy.
name: configuration

on:
  pull_request:
  push:
    branches: [main]

permissions:
  contents: read

jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
${prepare}      - run: npm test
`;

/** Nothing goes before it, and nobody approves: it is where changes are tried. */
const firstJob = (environment: string, cluster: string): string => `\
  ${environment}:
    if: github.event_name == 'push' && vars.AWS_ACCOUNT_ID != ''
    needs: check
${publishing(environment)}${prepare}${takeRole(`publish-${environment}`)}\
          role-duration-seconds: 21600
      - run: npx veltrix plan ${cluster} --save plan.json
${publish(cluster)}`;

interface Planning {
  readonly environment: string;
  readonly cluster: string;
  readonly before: string;
}

/** A plan is text of whoever wrote the values: indented, it is shown as it is. */
const planJob = ({ environment, cluster, before }: Planning): string => `\
  # What is approved below, shown on the page where it is approved.
  plan-${environment}:
    needs: ${before}
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
      id-token: write # the role
    steps:
${prepare}${takeRole('plan')}\
      - run: npx veltrix plan ${cluster} --save plan.json | tee plan.txt
        shell: bash # ends as the first that fails
      - run: sed 's/^/    /' plan.txt >> "$GITHUB_STEP_SUMMARY"
      - uses: ${actions.upload}
        with:
          name: plan-${environment}
          path: plan.json
          retention-days: 30
`;

interface Approved {
  readonly environment: string;
  readonly cluster: string;
  /** Has to run the same, and well. */
  readonly after: string;
}

const approvedJob = ({ environment, cluster, after }: Approved): string => `\
  ${environment}:
    needs: plan-${environment}
${publishing(environment)}${prepare}\
      - uses: ${actions.download}
        with:
          name: plan-${environment}
${takeRole(`publish-${environment}`)}\
          role-duration-seconds: 21600
${publish(`${cluster} --after ${after}`)}`;

const publishing = (environment: string): string => `\
    runs-on: ubuntu-latest
    timeout-minutes: 360
    environment: ${environment}
    concurrency: ${environment}
    permissions:
      contents: read
      id-token: write # the role
    steps:
`;

const takeRole = (does: string): string => `\
      - uses: ${actions.credentials}
        with:
          role-to-assume: arn:aws:iam::\${{ vars.AWS_ACCOUNT_ID }}:role/${githubRole(defaultStage, does)}
          aws-region: \${{ vars.AWS_REGION }}
`;

/** Why is the commit's first line. */
const publish = (words: string): string => `\
      - run: |
          subject=\${SUBJECT%%$'\\n'*}
          npx veltrix publish ${words} --planned plan.json -m "\${subject:0:${subjectMaxChars}}" --queue --complete --timeout 4h --yes
        env:
          SUBJECT: \${{ github.event.head_commit.message }}
`;

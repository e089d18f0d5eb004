/** The workflow of a new project: each change is checked, then published to one environment after the other, as people approve. */

import type { Starter } from './starter.js';

/** Actions by their commits: a tag can be moved. */
const actions = {
  checkout: 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
  setupNode: 'actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0',
  credentials: 'aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3',
};

/** For GitHub Actions. Under Settings → Environments each has variables AWS_REGION and VELTRIX_ROLE, and reviewers where one approves. */
export function workflow({ application, environments }: Starter): string {
  const jobs = environments.map((environment, index) => {
    const before = environments[index - 1];
    return publishJob({ application, environment, ...(before !== undefined && { before }) });
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
# Values: checked with every change, published from main to one environment after the other. Who approves is a setting of GitHub's
# environments, and so are the variables AWS_REGION and VELTRIX_ROLE: a role that may look and publish there. Stacks are deployed
# apart from it: npm run deploy.
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

interface Publishing {
  readonly application: string;
  readonly environment: string;
  /** Has to run the same, and well. */
  readonly before?: string;
}

function publishJob({ application, environment, before }: Publishing): string {
  const cluster = `${application}/${environment}`;
  const after = before === undefined ? '' : ` --after ${application}/${before}`;
  return `\
  ${environment}:
    if: github.event_name == 'push'
    needs: ${before ?? 'check'}
    runs-on: ubuntu-latest
    timeout-minutes: 360
    environment: ${environment}
    concurrency: ${environment}
    permissions:
      contents: read
      id-token: write # the role
    steps:
${prepare}      - uses: ${actions.credentials}
        with:
          role-to-assume: \${{ vars.VELTRIX_ROLE }}
          aws-region: \${{ vars.AWS_REGION }}
          role-duration-seconds: 21600
      - run: npx veltrix plan ${cluster} --save plan.json
      - run: npx veltrix publish ${cluster} --planned plan.json -m "\${SUBJECT%%$'\\n'*}" --queue --complete --timeout 4h --yes${after}
        env:
          SUBJECT: \${{ github.event.head_commit.message }}
`;
}

/** The files of a new project: one application with one profile, in as many environments as are named, and the stacks that distribute it. */

import { fileNameOf } from '../../files/workspace.js';
import { workflow } from './workflow.js';

export interface Starter {
  readonly application: string;
  readonly profile: string;
  /** In the order in which a change travels. */
  readonly environments: readonly [string, ...string[]];
}

export interface StarterFile {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly content: string;
  /** What to do where the file is there already, which stays as it is; absent where nothing need be done. */
  readonly otherwise?: string;
}

/** Everything `veltrix init` writes, in the order in which a person would read it. */
export function starterFiles(starter: Starter): readonly StarterFile[] {
  const { application, profile, environments } = starter;
  const name = camelCase(application);
  return [
    {
      path: `config/${application}/application.ts`,
      content: applicationFile(starter),
      otherwise: `name ${camelCase(profile)} among its profiles: import { ${camelCase(profile)} } from './${profile}.js'`,
    },
    { path: `config/${application}/${profile}.ts`, content: profileFile(profile) },
    ...environments.map((environment) => ({
      path: `config/${application}/${fileNameOf(profile, environment)}`,
      content: valuesFile(environment),
    })),
    {
      path: 'config/applications.ts',
      content: applicationsFile(application),
      otherwise: `name ${name} in its list: import { ${name} } from './${application}/application.js'`,
    },
    {
      path: 'infra/stages.ts',
      content: stagesFile(environments),
      otherwise: `let its stages hold ${environments.join(', ')}`,
    },
    { path: 'infra/main.ts', content: mainFile },
    { path: 'infra/github.ts', content: githubFile },
    { path: 'cdk.json', content: json({ app: 'node --import tsx infra/main.ts' }) },
    {
      path: '.github/workflows/configuration.yml',
      content: workflow(starter),
    },
    {
      path: 'package.json',
      content: packageFile(application),
      otherwise: '"type": "module" is needed in it',
    },
    { path: 'tsconfig.json', content: tsconfigFile },
    {
      path: '.gitignore',
      content: ignored,
      otherwise: `let it name ${ignored.trim().split('\n').join(', ')}`,
    },
  ];
}

/** `parcel-shop` → `parcelShop`. */
const camelCase = (name: string): string =>
  name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const applicationFile = ({ application, profile, environments }: Starter): string => `\
import { defineApplication } from 'veltrix/config';
import { ${camelCase(profile)} } from './${profile}.js';

export const ${camelCase(application)} = defineApplication({
  name: '${application}',
  environments: [${quoted(environments)}], // in the order in which a change travels
  profiles: [${camelCase(profile)}],
});
`;

const profileFile = (profile: string): string => `\
import { defineProfile } from 'veltrix/config';
import * as z from 'zod';

/** Values that change together, and belong to the same people. */
export const ${camelCase(profile)} = defineProfile({
  name: '${profile}',
  description: 'How much the service takes on, and how long it waits',
  schemaVersion: 1, // grows by one when the schema changes
  schema: z.object({
    requestsPerSecondMax: z.int().min(1).max(100_000),
    timeoutMs: z.int().min(50).max(10_000),
    isInMaintenance: z.boolean(),
  }),
  defaults: { requestsPerSecondMax: 100, timeoutMs: 500, isInMaintenance: false },
});
`;

const valuesFile = (environment: string): string => `\
# What ${environment} runs. Say here why a value is what it is: who reviews the next change will want to know.
requestsPerSecondMax: 100
timeoutMs: 500
isInMaintenance: false
`;

const applicationsFile = (application: string): string => `\
/** Every application whose configuration this repository distributes. */

import { ${camelCase(application)} } from './${application}/application.js';

export const applications = [${camelCase(application)}] as const;
`;

const strategyOf = (environment: string, isLast: boolean): string =>
  `    ${/^[a-z]+$/.test(environment) ? environment : `'${environment}'`}: { strategy: '${isLast ? 'canary-10' : 'linear-50'}' },`;

const stagesFile = (environments: readonly string[]): string => `\
/** Where it is deployed to: each stage is one account and region. */

import { defineStages } from 'veltrix/config';

export const stages = defineStages([
  {
    name: 'main',
    // account: '111122223333', region: 'eu-central-1': write both down before anything lasts
    // github: { repository: 'owner/name' }: whose workflows take the roles of infra/github.ts
    environments: {
${environments.map((environment, index) => `  ${strategyOf(environment, index === environments.length - 1)}`).join('\n')}
    },
  },
]);
`;

const mainFile = `\
/** What \`cdk\` runs: writes the cloud assembly. */

import { fileURLToPath } from 'node:url';
import { synthesize } from '@veltrix/infra';
import { applications } from '../config/applications.js';
import { stages } from './stages.js';

synthesize({
  applications,
  applicationsFile: fileURLToPath(new URL('../config/applications.ts', import.meta.url)),
  stages,
});
`;

const githubFile = `\
/** What \`npm run deploy:github\` runs: the roles that the workflow takes, of each stage that names its repository. */

import { synthesizeGithub } from '@veltrix/infra';
import { applications } from '../config/applications.js';
import { stages } from './stages.js';

synthesizeGithub({ applications, stages });
`;

const packageFile = (application: string): string =>
  json({
    name: `${application}-configuration`,
    private: true,
    type: 'module',
    scripts: {
      start: 'veltrix dev',
      test: 'tsc && veltrix check',
      deploy: 'cdk deploy --all',
      'deploy:github': "cdk deploy --all --output cdk.out/github --app 'node --import tsx infra/github.ts'",
    },
  });

const tsconfigFile = json({
  compilerOptions: {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    skipLibCheck: true,
    types: ['node'],
    noEmit: true,
  },
  include: ['config', 'infra'],
});

const ignored = 'node_modules/\ncdk.out/\ndist/\n.veltrix/\n';

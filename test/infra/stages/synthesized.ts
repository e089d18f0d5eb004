/** Stages synthesized for a test: of two applications with one profile, and with the bundles that are there. */

import * as z from 'zod';
import { defineApplication, defineProfile } from '../../../core/profiles.js';
import { parseStages, type Stage, type StageRow } from '../../../core/stages.js';
import { addStages } from '../../../infra/app.js';
import { type Resource, scratchApps } from '../assembly.js';

const profile = defineProfile({
  name: 'rules',
  description: 'Rules',
  schema: z.object({}),
  schemaVersion: 1,
});
export const hunt = defineApplication({
  name: 'hunt',
  environments: ['staging', 'production'],
  profiles: [profile],
  routing: {},
});
export const shop = defineApplication({
  name: 'shop',
  environments: ['production'],
  profiles: [profile],
});

/** A stage as it is when nobody says otherwise. */
export function stageOf(about: Partial<StageRow> = {}): Stage {
  const environments: StageRow['environments'] = {
    staging: { strategy: 'linear-50' },
    production: { strategy: 'canary-10' },
  };
  const [stage] = parseStages([{ name: 'main', environments, ...about }]);
  if (!stage) throw new Error('there is no stage');
  return stage;
}

export const twoAccounts = parseStages([
  {
    name: 'main',
    account: '111122223333',
    region: 'eu-west-1',
    environments: { staging: { strategy: 'linear-50' } },
  },
  {
    name: 'live',
    account: '444455556666',
    region: 'eu-central-1',
    environments: { production: { strategy: 'canary-10' } },
  },
]);

export type Synthesized = ReturnType<ReturnType<typeof synthesizer>>;

/**
 * Call it once, in the file's body.
 * @returns what synthesizes stages, with the context that `cdk -c` would give.
 */
export function synthesizer() {
  const scratchApp = scratchApps();
  return (stages: readonly Stage[], context: Record<string, string> = {}) => {
    const app = scratchApp(context);
    addStages(app, { applications: [hunt, shop], stages });
    const { stacks, directory, manifest } = app.synth();
    const of = (name: string): Resource[] =>
      Object.values(stacks.find(({ stackName }) => stackName === name)?.template.Resources ?? {});
    return {
      directory,
      manifest,
      stacks,
      names: stacks.map(({ stackName }) => stackName),
      resources: of,
      ofType: (name: string, type: string) => of(name).filter(({ Type }) => Type === type),
    };
  };
}

/** Names of the functions among resources, sorted. */
export const functionNames = (all: readonly Resource[]): string[] =>
  all
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => String(Properties['FunctionName']))
    .toSorted();

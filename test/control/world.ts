/** A project and a stage that belong together, for tests of what an operator does. */

import { publish } from '../../control/act/publish.js';
import { type LoadedApplication, openWorkspace } from '../../control/files/workspace.js';
import { InMemoryCloud } from './in-memory-cloud.js';
import { createProject, type Project } from './project.js';

export const rules = { application: 'quest', environment: 'staging', profile: 'rules' } as const;

export interface World {
  readonly project: Project;
  readonly loaded: LoadedApplication;
  readonly cloud: InMemoryCloud;
  /** Writes the staging file. */
  edit(yaml: string): void;
  /** Publishes the staging file and lets its deployment end. */
  publishAndFinish(yaml: string, reason?: string): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const project = createProject();
  const loaded = await (await openWorkspace(project.root)).load('quest');
  const cloud = new InMemoryCloud(loaded.application);
  const edit = (yaml: string) => project.write('config/quest/rules.staging.yaml', yaml);
  return {
    project,
    loaded,
    cloud,
    edit,
    async publishAndFinish(yaml, reason = 'because') {
      edit(yaml);
      await publish(cloud, loaded, { address: rules, author: 'anna', reason });
      cloud.appConfig.finish('staging');
    },
  };
}

/** Deployments of the staging environment that came and went; by default of a profile that nobody asks for. */
export function fillHistory({ cloud }: World, count: number, profile = 'other'): void {
  const history = cloud.appConfig.history('staging');
  const first = history.length + 1;
  for (let number = first; number < first + count; number++) {
    history.push({
      number,
      profile,
      version: number,
      state: profile === 'other' ? 'COMPLETE' : 'ROLLED_BACK',
      percentage: 100,
      startedAt: new Date(cloud.clock() + number).toISOString(),
      description: '',
      log: [],
      durationMinutes: 0,
      bakeMinutes: 0,
    });
  }
}

/** A valid file with this cool-down. */
export const yamlWith = (coolDownMs: number): string => `coolDownMs: ${coolDownMs}\ndifficulty: easy\n`;

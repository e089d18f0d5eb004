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

/** A valid file with this cool-down. */
export const yamlWith = (coolDownMs: number): string => `coolDownMs: ${coolDownMs}\ndifficulty: easy\n`;

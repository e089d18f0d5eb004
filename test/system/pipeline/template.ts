/** What deploys this project's applications, as it would be deployed itself. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import { applications } from '../../../config/applications.js';
import { parseStages } from '../../../core/stages.js';
import { addPipelines } from '../../../infra/pipeline/app.js';
import { stages } from '../../../infra/stages.js';
import type { Template } from './code-pipeline.js';

export interface Templates {
  readonly pipeline: Template;
  readonly github: Template;
}

export function synthesizePipelines(outdir: string): Templates {
  const app = new App({ outdir, analyticsReporting: false, treeMetadata: false });
  const pipeline = {
    connectionArn: 'arn:aws:codeconnections:eu-central-1:111122223333:connection/0f0f',
    repository: 'acme/hunt',
    branch: 'main',
  };
  const github = { repository: 'acme/hunt' };
  const rows = stages.map((stage) => ({ ...stage, pipeline, github }));
  addPipelines(app, { applications, stages: parseStages(rows) });
  const { directory } = app.synth();
  const read = (part: string): Template =>
    JSON.parse(readFileSync(path.join(directory, `Veltrix-main-${part}.template.json`), 'utf8'));
  return { pipeline: read('Pipeline'), github: read('Github') };
}

/** What a publish takes: through the gate, by hand, and when nothing changed. */

import { type Figure, figure, round, show } from '../figures.js';
import { bundle } from '../machinery/bundles.js';
import { runFresh, type Samples, samplesOf } from '../machinery/processes.js';
import { withScratch } from '../machinery/scratch.js';
import { kilobytes } from '../machinery/sizes.js';
import type { Section } from '../report.js';
import { withCloud } from '../world/cloud.js';
import { contentOf } from '../world/content.js';
import { publishSample } from '../world/publishing.js';

const program = new URL('../programs/publish/calls.ts', import.meta.url);

export const publish = (): Promise<Section> =>
  withScratch((directory) =>
    withCloud(async (aws) => {
      await publishSample(aws, 'staging');
      await publishSample(aws, 'production');
      const GAMEPLAY = JSON.stringify(await contentOf('gameplay'));
      const { file } = await bundle(program, directory);
      const samples = await runFresh({ file, environment: { ...aws.environment, GAMEPLAY } });
      return describe(samples, Buffer.byteLength(GAMEPLAY));
    }),
  );

function describe(samples: Samples, contentBytes: number): Section {
  const ms = (name: string) => figure(samplesOf(samples, name));
  const [gate, bare, unchanged] = [ms('publish'), ms('bare'), ms('unchanged')];
  // Whatever else is asked in between only adds.
  const requests = figure(samplesOf(samples, 'unchangedRequests')).least;
  const row = (what: string, took: Figure) => [what, show(took), round(took.median / bare.median)];
  return {
    title: 'The call that publishes',
    method: `The sample's gameplay, ${round(kilobytes(contentBytes))} KB, changed each time, by one process over HTTP, warm, ${bare.samples} times each, in turn. The gate: the publish function, which checks the content, looks at versions and deployments, creates a version and starts its deployment. By hand: \`CreateHostedConfigurationVersion\` and \`StartDeployment\` with the bare client. Both ask the same validator.`,
    tables: [
      {
        columns: ['publish', 'ms', '× by hand'],
        rows: [
          row('by hand, unchecked', bare),
          row('through the gate', gate),
          row('through the gate, when the same content is deployed', unchanged),
        ],
      },
    ],
    goals: [
      {
        what: 'a publish against the two bare calls',
        found: gate.median / bare.median,
        atMost: 1.5,
        unit: '×',
      },
      {
        what: 'an unchanged publish against the two bare calls',
        found: unchanged.median / bare.median,
        atMost: 0.5,
        unit: '×',
      },
      { what: 'requests to AppConfig of an unchanged publish', found: requests, atMost: 1, unit: '' },
    ],
  };
}

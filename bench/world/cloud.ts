/** The local AWS with every stack of the project deployed, in this process; whoever is measured runs in others. */

import path from 'node:path';
import { synthesize } from '../../cli/local-aws/assembly.js';
import { type LocalAws, startLocalAws } from '../../local/index.js';
import { projectRoot } from '../machinery/bundles.js';
import { withScratch } from '../machinery/scratch.js';

/** Gives `work` a local AWS of its own, on a free port, and closes it afterwards. */
export function withCloud<Result>(work: (aws: LocalAws) => Promise<Result>): Promise<Result> {
  return withScratch(async (directory) => {
    const assembly = path.join(directory, 'assembly');
    await synthesize({ root: projectRoot, outputDirectory: assembly, environment: process.env });
    const aws = await startLocalAws({ port: 0 });
    try {
      await aws.deploy(assembly);
      return await work(aws);
    } finally {
      await aws.close();
    }
  });
}

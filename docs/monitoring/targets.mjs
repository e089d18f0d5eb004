/** From `veltrix nodes app/env --json` on standard input to targets of Prometheus (`file_sd`) on standard output. */

import { readFileSync } from 'node:fs';

const { nodes } = JSON.parse(readFileSync(0, 'utf8'));
const targets = nodes.flatMap(({ endpoint }) => (endpoint ? [new URL(endpoint).host] : []));
process.stdout.write(`${JSON.stringify([{ targets }], null, 2)}\n`);

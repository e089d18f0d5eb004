/** What `cdk` runs: writes the cloud assembly. What people have to correct is said in two lines, without a stack. */

import { isVeltrixError } from '../core/errors.js';

try {
  const { applications } = await import('../config/applications.js');
  const { stages } = await import('./stages.js');
  const { synthesize } = await import('./app.js');
  synthesize({ applications, stages });
} catch (error) {
  if (!isVeltrixError(error)) throw error;
  process.stderr.write(`${error.message}\n${error.hint}\n`);
  process.exitCode = 1;
}

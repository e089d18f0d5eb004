/** The `veltrix` command: the process around it. */

import { runCommandLine } from './program.js';

// A reader that has seen enough (`veltrix history | head`) is no failure, and a terminal that was closed is none either.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  if (error.code !== 'EIO') throw error;
});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  output: process.stdout,
  environment: process.env,
  directory: process.cwd(),
});

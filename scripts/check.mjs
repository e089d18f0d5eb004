/** Types, lint and unused exports, all at once: each keeps one core busy for seconds. What one of them found is printed when it has ended. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @returns whether it found nothing. */
async function run(script) {
  const child = spawn('npm', ['run', '--silent', script], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said += text;
    });
  const [code] = await once(child, 'close');
  process.stdout.write(said);
  return code === 0;
}

const passed = await Promise.all(['check:types', 'check:lint', 'check:unused'].map(run));
process.exitCode = passed.every(Boolean) ? 0 : 1;

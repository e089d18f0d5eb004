/** Loads TypeScript of a project as it stands: what is checked is what the functions and the stacks are made from. */

import path from 'node:path';
import { UsageError } from '../../core/errors.js';

/** @param file from the project's root. @throws UsageError that names the file when it does not compile or throws. */
export async function importTypeScript(root: string, file: string): Promise<object> {
  const { createJiti } = await import('jiti');
  try {
    return await createJiti(path.join(root, 'veltrix.js'), { interopDefault: false }).import<object>(
      path.join(root, file),
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file} does not load: ${message.split('\n')[0]}`, {
      hint: 'Correct it; your editor and `npx tsc --noEmit` say more.',
      cause: error,
    });
  }
}

import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const testsOf = (...folders: readonly string[]) => folders.map((folder) => `test/${folder}/**/*.test.ts`);

/** Hono's server replaces `Response` in its process. */
const alone = testsOf('client/middleware');
/** What starts processes, or whole worlds of them. */
const long = testsOf('bench', 'cli', 'system');

const timeouts = { testTimeout: 30_000, hookTimeout: 60_000 };

/**
 * No other file leaves a trace in a module or in the process, so files share one: loading zod, the SDK and the CDK anew for each of
 * three hundred files would take longer than all that they prove.
 */
const shared = { isolate: false, setupFiles: ['test/traces.ts'] };

export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    // Two cores: one worker a core.
    maxWorkers: 2,
    // In this order, by name: what lasts long comes first, and what is short fills the cores to the end.
    projects: [
      project('alone', { include: alone }),
      project('long', { include: long, ...shared }),
      project('together', { include: ['test/**/*.test.ts'], exclude: [...alone, ...long], ...shared }),
    ],
  },
});

function project(
  name: string,
  test: NonNullable<TestProjectInlineConfiguration['test']>,
): TestProjectInlineConfiguration {
  return { test: { name, ...timeouts, ...test } };
}

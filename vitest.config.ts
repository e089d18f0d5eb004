import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

// What starts processes, or whole worlds of them, with an environment of its own; and Hono, whose server replaces `Response`.
const worlds = ['bench', 'cli', 'client/middleware', 'system'].map((folder) => `test/${folder}/**/*.test.ts`);

const timeouts = { testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    // Two cores: one worker a core.
    maxWorkers: 2,
    // In this order, by name: what lasts long comes first, and what is short fills the cores to the end.
    projects: [
      project('alone', { include: worlds }),
      // Nothing here leaves a trace in a module or in the process, so files share one: loading zod, the SDK and the CDK anew
      // for each of two hundred files would take longer than all that they prove.
      project('together', {
        include: ['test/**/*.test.ts'],
        exclude: worlds,
        isolate: false,
        setupFiles: ['test/traces.ts'],
      }),
    ],
  },
});

function project(
  name: string,
  test: NonNullable<TestProjectInlineConfiguration['test']>,
): TestProjectInlineConfiguration {
  return { test: { name, ...timeouts, ...test } };
}

import { describe, expect, it } from 'vitest';
import { originOf, sizesOf } from '../../bench/machinery/sizes.js';

const inputs = (bytes: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(bytes).map(([path, bytesInOutput]) => [path, { bytesInOutput }]));

const bundle = {
  file: '/out/client.mjs',
  entry: 'out/client.mjs',
  outputs: {
    'out/client.mjs': {
      bytes: 110,
      inputs: inputs({ 'client/index.ts': 60, 'core/names.ts': 40 }),
      imports: [
        { path: 'out/zod.mjs', kind: 'import-statement' as const },
        { path: 'out/sdk.mjs', kind: 'dynamic-import' as const },
        { path: 'node:os', kind: 'import-statement' as const, external: true },
      ],
      exports: [],
    },
    'out/zod.mjs': {
      bytes: 205,
      inputs: inputs({ 'node_modules/zod/v4/core/core.js': 200 }),
      imports: [{ path: 'out/client.mjs', kind: 'import-statement' as const }],
      exports: [],
    },
    'out/sdk.mjs': {
      bytes: 1020,
      inputs: inputs({ 'aws/kinesis/load-stream.ts': 20, 'node_modules/@smithy/core/dist/index.js': 1000 }),
      imports: [],
      exports: [],
    },
    'out/nobody-imports-this.mjs': { bytes: 9999, inputs: {}, imports: [], exports: [] },
  },
};

describe('sizesOf', () => {
  it('counts what an import loads, and leaves out what is loaded only when it is needed', () => {
    expect(sizesOf(bundle, 'eager')).toEqual({
      own: 100,
      zod: 200,
      powertools: 0,
      sdk: 0,
      glue: 15,
      whole: 315,
    });
  });

  it('counts that as well for the whole', () => {
    expect(sizesOf(bundle, 'whole')).toEqual({
      own: 120,
      zod: 200,
      powertools: 0,
      sdk: 1000,
      glue: 15,
      whole: 1335,
    });
  });
});

describe('originOf', () => {
  it.each([
    ['client/index.ts', 'own'],
    ['node_modules/zod/v4/core/core.js', 'zod'],
    ['node_modules/@aws-lambda-powertools/logger/lib/esm/Logger.js', 'powertools'],
    ['node_modules/@aws-sdk/client-kinesis/dist-es/KinesisClient.js', 'sdk'],
    ['node_modules/tslib/tslib.es6.mjs', 'sdk'],
    ['../elsewhere/node_modules/zod/index.js', 'zod'],
  ])('says of %s: %s', (path, origin) => {
    expect(originOf(path)).toBe(origin);
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFresh, runInTurn, samplesOf } from '../../bench/machinery/processes.js';

let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bench-test-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function program(name: string, source: string): Promise<string> {
  const file = path.join(directory, `${name}.mjs`);
  await writeFile(file, source);
  return file;
}

describe('runFresh', () => {
  it('reads the samples from the last line', async () => {
    const file = await program('talks', `console.log('on its way'); console.log('{"ms":[1,2.5]}');`);
    expect(await runFresh({ file })).toEqual({ ms: [1, 2.5] });
  });

  it('gives the process its environment and nothing of this one', async () => {
    const file = await program(
      'environment',
      `console.log(JSON.stringify({ own: [Number(process.env.OWN)], others: [Object.keys(process.env).length] }));`,
    );
    expect(await runFresh({ file, environment: { OWN: '7' } })).toEqual({ own: [7], others: [2] });
  });

  it("gives Node's options to Node", async () => {
    const file = await program(
      'gc',
      `console.log(JSON.stringify({ gc: [Number(globalThis.gc !== undefined)] }));`,
    );
    expect(await runFresh({ file, nodeOptions: ['--expose-gc'] })).toEqual({ gc: [1] });
  });

  it('fails with what a failing program complains of', async () => {
    const file = await program('fails', `console.log('{"ms":[1]}'); throw new Error('the cloud is gone');`);
    await expect(runFresh({ file })).rejects.toThrow(/fails\.mjs ended with 1:.*the cloud is gone/s);
  });

  it('quotes no line in full that is as long as a bundle', async () => {
    const file = await program('long', `throw new Error('gone'); // ${'x'.repeat(5_000)}`);
    const failure: Error = await runFresh({ file }).catch((error) => error);
    expect(failure.message).toContain('Error: gone');
    expect(failure.message.length).toBeLessThan(2_000);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', `console.log('done');`],
    ['a number that is none', `console.log('{"ms":[null]}');`],
  ])('fails when a program says %s', async (_, source) => {
    const file = await program('says-nonsense', source);
    await expect(runFresh({ file })).rejects.toThrow('expected samples such as {"ms":[1.5]}');
  });
});

describe('runInTurn', () => {
  it('runs one after the other, round by round, and joins the samples of each', async () => {
    const order = path.join(directory, 'order.txt');
    const say = (name: string, value: number) =>
      program(
        name,
        `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(order)}, '${name}');
         console.log('{"ms":[${value}]}');`,
      );
    const found = await runInTurn({ a: { file: await say('a', 1) }, b: { file: await say('b', 2) } }, 3);
    expect(found).toEqual({ a: { ms: [1, 1, 1] }, b: { ms: [2, 2, 2] } });
    expect(await readFile(order, 'utf8')).toBe('ababab');
  });
});

describe('samplesOf', () => {
  it('gives what was measured under a name', () => {
    expect(samplesOf({ ms: [1], bytes: [2] }, 'bytes')).toEqual([2]);
  });

  it('refuses a name under which nothing was measured', () => {
    expect(() => samplesOf({ ms: [1] }, 'ns')).toThrow('"ns" was not measured, only ms');
  });
});

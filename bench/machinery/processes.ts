/** Programs in fresh processes, which measure themselves and say what they found in their last line. */

import { spawn } from 'node:child_process';
import * as z from 'zod';

/** A program that takes longer hangs: the whole bench takes six minutes. */
const programTimeoutMs = 120_000;
/** Enough of what a program complains of to see why it failed. */
const complaintMaxLines = 20;
const complaintLineMaxChars = 300;

/** What a program found, by name: `{"ns":[1.2,1.3]}`. */
const samplesSchema = z.record(z.string(), z.array(z.number()));
export type Samples = z.infer<typeof samplesSchema>;

export interface Program {
  /** The file that Node runs. */
  readonly file: string;
  /** All the process finds in its environment, but for PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Node's own options. */
  readonly nodeOptions?: readonly string[];
}

/** Runs a program to its end. @throws Error with what it complained of when it fails or says nothing. */
export async function runFresh(program: Program): Promise<Samples> {
  const { code, out, complaint } = await runToEnd(program);
  if (code !== 0) throw new Error(`${program.file} ended with ${code}:\n${shorten(complaint)}`);
  return readSamples(program.file, out.trim().split('\n').at(-1) ?? '');
}

/**
 * Runs programs in turn, A B C A B C …, so that a machine that slows down slows all of them.
 * @returns each program's samples, of all rounds together.
 */
export async function runInTurn<Name extends string>(
  programs: Readonly<Record<Name, Program>>,
  rounds: number,
): Promise<Readonly<Record<Name, Samples>>> {
  const entries = Object.entries<Program>(programs) as [Name, Program][];
  const found = Object.fromEntries(entries.map(([name]) => [name, {}])) as Record<Name, Samples>;
  for (let round = 0; round < rounds; round++) {
    for (const [name, program] of entries) found[name] = joined(found[name], await runFresh(program));
  }
  return found;
}

/** The samples of that name. @throws RangeError when the program did not speak of it. */
export function samplesOf(samples: Samples, name: string): readonly number[] {
  const found = samples[name];
  if (!found) throw new RangeError(`"${name}" was not measured, only ${Object.keys(samples).join(', ')}`);
  return found;
}

function joined(before: Samples, more: Samples): Samples {
  const added = Object.entries(more).map(([name, values]) => [name, [...(before[name] ?? []), ...values]]);
  return { ...before, ...Object.fromEntries(added) };
}

interface Ended {
  /** Or the signal that ended it. */
  readonly code: number | string | null;
  readonly out: string;
  readonly complaint: string;
}

function runToEnd({ file, environment, nodeOptions = [] }: Program): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeOptions, file], {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: programTimeoutMs,
    });
    let out = '';
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? signal, out, complaint }));
  });
}

/** An error quotes the line it comes from, and a minified bundle is one line. */
function shorten(complaint: string): string {
  const lines = complaint.trim().split('\n').slice(-complaintMaxLines);
  return lines.map((line) => line.slice(0, complaintLineMaxChars)).join('\n');
}

function readSamples(file: string, line: string): Samples {
  try {
    return samplesSchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new Error(`${file} ended with "${line}", expected samples such as {"ms":[1.5]}`, { cause });
  }
}

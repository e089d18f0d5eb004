/** A process's output as lines, with the end of each invocation's output found by the bootstrap's mark. */
import { StringDecoder } from 'node:string_decoder';
import { logLineBytes } from '../limits.js';
import { outputMark } from './bootstrap.js';

export interface LineReader {
  readonly push: (chunk: Buffer) => void;
  /** Bytes read so far. */
  readonly readBytes: () => number;
  /** Resolves when everything written before the end of this invocation was read. */
  ended(requestId: string): Promise<void>;
}

/** `onLine` gets whole lines without their end; a line that outgrows the limit of a log event is cut there. */
export function createLineReader(onLine: (line: string) => void): LineReader {
  const decoder = new StringDecoder('utf8');
  const waiting = new Map<string, () => void>();
  const passed = new Set<string>();
  let rest = '';
  let readBytes = 0;
  const end = (requestId: string) => {
    const resolve = waiting.get(requestId);
    if (resolve) resolve();
    else passed.add(requestId);
    waiting.delete(requestId);
  };
  const take = (line: string) => {
    const at = line.indexOf(outputMark);
    const text = at < 0 ? line : line.slice(0, at);
    if (text !== '' || at < 0) onLine(text.slice(0, logLineBytes));
    if (at >= 0) end(line.slice(at + outputMark.length));
  };
  return {
    readBytes: () => readBytes,
    push(chunk) {
      readBytes += chunk.length;
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > logLineBytes && !rest.includes(outputMark)) {
        lines.push(rest);
        rest = '';
      }
      for (const line of lines) take(line);
    },
    ended(requestId) {
      if (passed.delete(requestId)) return Promise.resolve();
      return new Promise((resolve) => waiting.set(requestId, resolve));
    },
  };
}

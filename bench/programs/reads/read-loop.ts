/**
 * Times a loop of reads in short slices. The fastest slice counts: disturbance only ever adds, and on a busy machine the
 * scheduler or the compiler has its hands in most of the others.
 */

const slices = 300;
/** The compiler has seen the loop, and is done with it, long before. */
const warmUpSlices = 30;

/** Few enough to be over before garbage has to be collected; enough to lose sight of what measuring takes itself. */
const timesPerBatch = 2_000;
const batches = 101;

export interface Loop {
  readonly timesPerSlice: number;
  /** Reads so many times, and gives what `keep` made of it. */
  readonly readTimes: (times: number) => number | Promise<number>;
}

/**
 * Keeps what was read from being left out, in a sum that stays a small integer: one that outgrows 32 bits is added as
 * floating point in one process and not in the next, which costs more than the read.
 */
export const keep = (sum: number): number => sum & 0xffff;

/** `nsPerRead`, of the fastest slice; `bytesPerRead`, put on the heap. @throws Error when what was read is no number. */
export async function timeReads(loop: Loop): Promise<Record<string, number[]>> {
  for (let slice = 0; slice < warmUpSlices; slice++) await demandNumber(loop.readTimes(loop.timesPerSlice));
  let leastNs = Number.POSITIVE_INFINITY;
  for (let slice = 0; slice < slices; slice++) {
    const beganNs = process.hrtime.bigint();
    await demandNumber(loop.readTimes(loop.timesPerSlice));
    leastNs = Math.min(leastNs, Number(process.hrtime.bigint() - beganNs));
  }
  return { nsPerRead: [leastNs / loop.timesPerSlice], bytesPerRead: await weighReads(loop) };
}

/** A sample per batch. A batch in which garbage was collected seems to give memory back: most are without. */
async function weighReads({ readTimes }: Loop): Promise<number[]> {
  const bytesPerRead: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const beforeBytes = process.memoryUsage().heapUsed;
    await demandNumber(readTimes(timesPerBatch));
    bytesPerRead.push((process.memoryUsage().heapUsed - beforeBytes) / timesPerBatch);
  }
  return bytesPerRead;
}

async function demandNumber(sum: number | Promise<number>): Promise<void> {
  if (!Number.isInteger(await sum)) throw new Error('what was read is no number');
}

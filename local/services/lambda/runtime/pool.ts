/**
 * The processes of one function: as many as invocations run at the same time, up to the function's concurrency. A process
 * belongs to a generation (version and revision); when the function changes, processes of an older one end as soon as
 * they are idle. The most recently used process is used again first, so that the others can be reaped.
 */
import { idleProcessMs } from '../limits.js';
import type { Invocation, Outcome, Worker } from './worker.js';

export interface PoolOptions {
  /** Invocations at the same time. Asked each time. */
  readonly limit: () => number;
  /** How long an idle process lives, on the machine's clock. */
  readonly idleMs?: number;
}

export interface Pool {
  /** Takes a place, or says that there is none. A place that was taken must be used with `run` or given back. */
  reserve(): Place | undefined;
  /** Resolves when a place may be free. */
  whenFree(): Promise<void>;
  readonly inFlight: () => number;
  /** Ends the idle processes that are not of these generations, and the busy ones when they are done. */
  retire(current: ReadonlySet<string>): void;
  close(): Promise<void>;
}

export interface Job {
  /** Starts a process when none of the generation is idle. */
  readonly start: () => Worker;
  /** Told which process was taken, before it runs. */
  readonly begin: (worker: Worker) => void;
  readonly invocation: Invocation;
}

export interface Place {
  run(generation: string, job: Job): Promise<Outcome>;
  release(): void;
}

interface Member {
  readonly generation: string;
  readonly worker: Worker;
  cancelReaping: () => void;
}

export function createPool(options: PoolOptions): Pool {
  return new ProcessPool(options);
}

class ProcessPool implements Pool {
  private readonly options: PoolOptions;
  /** Most recently used last. */
  private members: Member[] = [];
  private taken = 0;
  private current: ReadonlySet<string> | undefined;
  private waiting: (() => void)[] = [];

  constructor(options: PoolOptions) {
    this.options = options;
  }

  reserve(): Place | undefined {
    if (this.taken >= this.options.limit()) return undefined;
    this.taken += 1;
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      this.taken -= 1;
      for (const wake of this.waiting.splice(0)) wake();
    };
    return {
      release,
      run: (generation, job) =>
        this.use(this.pick(generation) ?? this.add(generation, job.start()), job).finally(release),
    };
  }

  whenFree(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  inFlight(): number {
    return this.taken;
  }

  retire(current: ReadonlySet<string>): void {
    this.current = current;
    for (const member of [...this.members])
      if (member.worker.state === 'idle' && !current.has(member.generation)) this.end(member);
  }

  async close(): Promise<void> {
    const members = this.members.splice(0);
    for (const member of members) {
      member.cancelReaping();
      member.worker.kill();
    }
    await Promise.all(members.map((member) => member.worker.exited));
  }

  private pick(generation: string): Member | undefined {
    return this.members.findLast(
      (member) => member.generation === generation && member.worker.state === 'idle',
    );
  }

  private add(generation: string, worker: Worker): Member {
    const member = { generation, worker, cancelReaping: () => {} };
    this.members.push(member);
    void worker.exited.then(() => this.forget(member));
    return member;
  }

  private async use(member: Member, job: Job): Promise<Outcome> {
    member.cancelReaping();
    job.begin(member.worker);
    this.members = [...this.members.filter((other) => other !== member), member];
    const outcome = await member.worker.run(job.invocation);
    if (member.worker.state === 'dead') this.forget(member);
    else if (this.current && !this.current.has(member.generation)) this.end(member);
    else this.scheduleReaping(member);
    return outcome;
  }

  private scheduleReaping(member: Member): void {
    const timer = setTimeout(() => this.end(member), this.options.idleMs ?? idleProcessMs);
    timer.unref();
    member.cancelReaping = () => clearTimeout(timer);
  }

  private end(member: Member): void {
    member.worker.kill();
    this.forget(member);
  }

  private forget(member: Member): void {
    member.cancelReaping();
    this.members = this.members.filter((other) => other !== member);
  }
}

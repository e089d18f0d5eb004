/** A node of the fleet in this process: its timers are the world's clock, its calls go over real sockets. */

import type { NodeClock } from '../../../client/clock.js';
import { connectWith } from '../../../client/connect.js';
import type { NodeDeps } from '../../../client/default-deps.js';
import type { ConnectOptions, Node } from '../../../client/index.js';
// Loaded before a node begins: the clock would go on, minutes on a busy machine, while it waits for its code.
import '../../../client/routing/routed.js';
import { treasureHunt } from '../../../config/treasure-hunt/application.js';
import { epochMs } from '../../../core/time.js';
import type { ManualClock } from '../../../local/kernel/clock.js';
import { DiskTwin } from '../../client/twins.js';
import { seededRandom } from '../../client/world.js';
import type { NodePorts } from './ports.js';

export type Hunt = typeof treasureHunt;
export type ProfileName = 'gameplay' | 'limits';
export type NodeOptions = Partial<ConnectOptions<Hunt>>;

/** Work that a node does in each second of the clock. */
export interface Traffic {
  readonly requestsPerSecond: number;
  /** Share of the requests that fail, 0 to 1, by the versions that the node holds. Default: none. */
  readonly errorRate?: (labels: Readonly<Record<ProfileName, string | undefined>>) => number;
  /** The same for requests that are slow. */
  readonly slowRate?: (labels: Readonly<Record<ProfileName, string | undefined>>) => number;
}

/** As often as it may be: from 15 on AppConfig names the interval, and here it names 60. */
const pollSeconds = 14;

export interface FleetNode {
  readonly name: string;
  /** Its present life. */
  readonly node: Node<Hunt>;
  readonly isAlive: boolean;
  /** The version that it holds. */
  label(profile: ProfileName): string | undefined;
  /** From now on; undefined for none. */
  serve(traffic: Traffic | undefined): void;
  /** Its calls get no answer, until `heal`. */
  partition(): void;
  heal(): void;
  /** Says good-bye and ends. */
  stop(): Promise<void>;
  /** Ends on the spot: no timer fires, nothing more is sent. */
  kill(): void;
  /** Another life of the same name, with the disk of the last one. Ends the present one by `kill`. */
  restart(options?: NodeOptions): Promise<void>;
}

export interface Surroundings {
  readonly clock: ManualClock;
  /** All nodes share them. */
  readonly ports: NodePorts;
  readonly seed: string;
  /** Moves time on while a node waits to begin. */
  readonly drive: <T>(work: Promise<T>) => Promise<T>;
}

export async function startNode(
  around: Surroundings,
  name: string,
  options: NodeOptions = {},
): Promise<FleetNode & { second(): void }> {
  const node = new InProcessNode(around, name, options);
  await node.begin();
  return node;
}

/** One life: everything that ends with it. */
interface Life {
  node: Node<Hunt> | undefined;
  isOver: boolean;
}

class InProcessNode implements FleetNode {
  readonly name: string;
  private readonly around: Surroundings;
  private readonly disk = new DiskTwin();
  private readonly random: () => number;
  private options: NodeOptions;
  private life: Life = { node: undefined, isOver: true };
  private traffic: Traffic | undefined;
  private isCut = false;

  constructor(around: Surroundings, name: string, options: NodeOptions) {
    this.around = around;
    this.name = name;
    this.options = options;
    this.random = seededRandom(hashOf(`${around.seed}/${name}`));
  }

  get node(): Node<Hunt> {
    if (this.life.node) return this.life.node;
    throw new Error(`${this.name} has not begun`);
  }

  get isAlive(): boolean {
    return !this.life.isOver;
  }

  label(profile: ProfileName): string | undefined {
    return this.node.config[profile].state().label;
  }

  serve(traffic: Traffic | undefined): void {
    this.traffic = traffic;
  }

  partition(): void {
    this.isCut = true;
  }

  heal(): void {
    this.isCut = false;
  }

  async stop(): Promise<void> {
    await this.around.drive(this.node.close());
    this.life.isOver = true;
  }

  kill(): void {
    this.life.isOver = true;
  }

  async restart(options: NodeOptions = this.options): Promise<void> {
    this.kill();
    this.options = options;
    await this.begin();
  }

  async begin(): Promise<void> {
    const life: Life = { node: undefined, isOver: false };
    this.life = life;
    const options = {
      environment: 'staging',
      node: this.name,
      poll: { intervalSeconds: pollSeconds },
      ...this.options,
    } as const;
    life.node = await this.around.drive(connectWith(treasureHunt, options, this.depsOf(life)));
  }

  /** A second has passed: counts its work. */
  second(): void {
    if (!this.traffic || this.life.isOver) return;
    const { requestsPerSecond: requests, errorRate, slowRate } = this.traffic;
    const labels = { gameplay: this.label('gameplay'), limits: this.label('limits') };
    const errors = this.draw(requests, errorRate?.(labels) ?? 0);
    const slow = this.draw(requests, slowRate?.(labels) ?? 0);
    this.node.count({ requests, errors, slow });
  }

  /** How many of so many happen: each with this chance. */
  private draw(count: number, chance: number): number {
    if (chance <= 0) return 0;
    let drawn = 0;
    for (let one = 0; one < count; one++) if (this.random() < chance) drawn += 1;
    return drawn;
  }

  private depsOf(life: Life): NodeDeps {
    const { ports } = this.around;
    const isDeaf = () => life.isOver || this.isCut;
    return {
      clock: this.clockOf(life),
      random: this.random,
      hostName: this.name,
      sessions: cuttable(lent(ports.sessions), isDeaf),
      reports: cuttable(lent(ports.reports), isDeaf),
      disk: this.disk,
    };
  }

  private clockOf(life: Life): NodeClock {
    const { clock } = this.around;
    const bornMs = clock.now();
    return {
      now: () => epochMs(Math.floor(clock.now())),
      monotonicMs: () => clock.now() - bornMs,
      setTimer: (run, delayMs) => clock.after(delayMs, () => !life.isOver && run()),
    };
  }
}

/** The same, but closing it leaves it open for the other nodes. */
const lent = <Port extends { close(): void }>(port: Port): Port => ({ ...port, close: () => {} });

/** While it is cut, calls get no answer until they are aborted. */
function cuttable<Port extends object>(port: Port, isCut: () => boolean): Port {
  return new Proxy(port, {
    get(target, key, self) {
      const member: unknown = Reflect.get(target, key, self);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => {
        const signal = given.at(-1);
        return isCut() && signal instanceof AbortSignal ? silence(signal) : member.apply(target, given);
      };
    },
  });
}

function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('no answer')), { once: true });
  });
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

/** What a simulated fleet meets: its nodes, its traffic, and what befalls it. Times are milliseconds of simulated time. */

export interface Conditions {
  readonly nodes: number;
  /** Offered work over what the whole fleet can do. */
  readonly load: number;
  /** σ of the logarithm of nodes' speeds. */
  readonly speedSigma: number;
  /** Requests a second of a mean node. */
  readonly meanSpeed: number;
  readonly keys: number;
  /** Exponent of the keys' popularity; 0: all alike. */
  readonly zipf: number;
  readonly routers: number;
  readonly partitions: number;
  /** Requests a node holds at once, the one in work included; more are shed. */
  readonly queueLimit: number;
  readonly durationMs: number;
  /** Requests that arrive earlier are not counted. */
  readonly warmUpMs: number;
  readonly reportMs: number;
  /** A report takes this long, and as much again on average, exponentially. */
  readonly reportDelayMs: number;
  readonly reportLoss: number;
  /** Spread of the time of a piece of work: exponential, or log-normal σ 1 with the same mean. */
  readonly demand: 'exponential' | 'log-normal';
  readonly speeds: 'log-normal' | 'two-sizes' | 'uniform';
  readonly trouble: Trouble;
  /** Nodes by which a partition may be served. */
  readonly ownersMost: number;
}

/** What happens to a tenth of the nodes. */
export interface Trouble {
  readonly slowAtMs?: number;
  readonly crashAtMs?: number;
  /** How long either lasts. */
  readonly lastsMs: number;
  readonly share: number;
  /** What is left of the speed of a slow node. */
  readonly slowness: number;
}

const lasting = { lastsMs: 18_000, share: 0.1, slowness: 0.25 };
export const troubles = {
  steady: lasting,
  slow: { ...lasting, slowAtMs: 25_000 },
  crash: { ...lasting, crashAtMs: 58_000 },
  chaos: { ...lasting, slowAtMs: 25_000, crashAtMs: 58_000 },
} as const satisfies Record<string, Trouble>;

/** The reference's fleet: 40 nodes at 65 %. */
export const usualConditions: Conditions = {
  nodes: 40,
  load: 0.65,
  speedSigma: 0.5,
  meanSpeed: 50,
  keys: 100_000,
  zipf: 0.6,
  routers: 8,
  partitions: 4_096,
  queueLimit: 100,
  durationMs: 90_000,
  warmUpMs: 15_000,
  reportMs: 2_000,
  reportDelayMs: 300,
  reportLoss: 0.01,
  demand: 'exponential',
  speeds: 'log-normal',
  trouble: troubles.steady,
  ownersMost: 1,
};

/**
 * How long an owner may go by a table that it has read. The same for all nodes and all releases that share a cluster: a new
 * owner relies on what the old one does. So these are no settings; to change one is to change the form of the table.
 */

/** An owner lets go this long after the start of the read it goes by, on its own monotonic clock. */
export const leaseMs = 10_000;

/** Nodes read the table this often: three reads may fail before an owner admits nothing more. */
export const readIntervalMs = 2_000;

/** Who waits until an earlier owner has let go looks this often: nobody serves the partition meanwhile. */
export const awaitedReadIntervalMs = 500;
/** In fleets of more nodes there is always somebody who waits, and the usual pace is soon enough. */
export const awaitedReadNodesMax = 500;

/** Of its lease, an owner keeps this much to finish in what it has admitted. */
export const handOverMs = 2_000;

/** A monotonic clock's rate is off by this at most, corrections apart; a quartz's by a tenth of it. */
export const clockDriftMaxPpm = 200;

/** What time keeping adds to a monotonic clock, or takes from it, in one lease at most (Linux slews it), rounding included. */
export const clockSlewMaxMs = 200;

/**
 * An owner whose clock is slow lets go after `(lease + slew) / (1 − d)` of real time at the latest; a new owner whose clock is
 * fast waits for `(lease + margin − slew) / (1 + d)` of it at least. So the margin is `2 · (d · lease + slew) / (1 − d)`.
 */
export const marginMs = Math.ceil(
  (2 * ((clockDriftMaxPpm / 1_000_000) * leaseMs + clockSlewMaxMs)) / (1 - clockDriftMaxPpm / 1_000_000),
);

/** What a new owner waits, from the end of the read that named it, where old ones have not said that they let go. */
export const waitMs = leaseMs + marginMs;

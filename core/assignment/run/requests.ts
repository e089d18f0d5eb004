/** How a run of assign-partitions is asked for. */

export interface AssignmentRequests {
  /** Resolves when the request is taken, not when the run is done. @throws ServiceUnavailable when it is not taken. */
  ask(cluster: string): Promise<void>;
}

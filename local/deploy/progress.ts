/** What a deployment tells while it runs, and gives when it is done. */

export interface DeployProgress {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly action: 'create' | 'delete' | 'replace' | 'update';
  readonly status: 'done' | 'failed' | 'retained' | 'started';
  /** Why it failed, or `rollback` when the action undoes one of this run. */
  readonly reason?: string;
  /** Resources of this run that need nothing more. */
  readonly done: number;
  readonly total: number;
}

export interface DeployOptions {
  readonly onProgress?: (event: DeployProgress) => void;
  /** Delete stacks that are no longer in the assembly. Default: leave them. */
  readonly destroyMissing?: boolean;
}

export interface RetainedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly reason: string;
}

export interface StackResult {
  readonly name: string;
  readonly outcome: 'created' | 'deleted' | 'unchanged' | 'updated';
  readonly outputs: Readonly<Record<string, string>>;
  /** Resources that left the template and were not deleted. */
  readonly retained: readonly RetainedResource[];
}

export interface DeployResult {
  readonly stacks: readonly StackResult[];
}

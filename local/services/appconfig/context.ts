/** What AppConfig's operations work with. */
import type { Aws, Identity } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import type { ScheduleName } from './deployments/schedule.js';
import type { State } from './state/state.js';

/** Moves deployments through time; operations tell it that there is something to do. */
export interface ControlLoop {
  /** Sets the one timer to the earliest instant at which a deployment is due. */
  wake(): void;
  close(): void;
}

/** What operations and deployments need to know besides the state. */
export interface Surroundings {
  /** Replaced as a whole by `restore`. */
  state: State;
  readonly aws: Aws;
  readonly clock: Clock;
  readonly identity: Identity;
  /** Divides the durations of rollouts and bakes, and the period of ticks. */
  readonly speed: number;
  readonly schedule: ScheduleName;
  readonly suggestedPollIntervalSeconds: number;
  /** What all hosted versions together may hold. */
  readonly hostedStoreBytes: number;
  /** Told what is accepted but has no effect here, in a sentence for a person. */
  readonly onNotice: (text: string) => void;
}

export interface AppConfig extends Surroundings {
  readonly loop: ControlLoop;
}

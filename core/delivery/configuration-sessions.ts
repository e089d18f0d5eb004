/**
 * Configuration as a node polls it. Every outcome a poller must act on is told apart; none is an exception.
 */

/** One profile of one environment, by the names AppConfig knows them by. */
export interface SessionTarget {
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
  /** 15 to 86,400: AppConfig refuses earlier polls of the session. Absent: early polls are admitted. */
  readonly requiredIntervalSeconds?: number;
}

/**
 * - `spent`: the token was used before, is older than 24 hours, or is not understood: start a session.
 * - `too-early`: the session's required interval is not over; the token stays good.
 * - `not-found`: no such application, environment or profile, or nothing deployed.
 * - `denied`: AWS does not admit the caller, or the caller's settings name no region or credentials.
 * - `unreachable`: no answer, or none that can be understood. The token may be spent or not.
 */
export interface SessionFailure {
  readonly kind: 'spent' | 'too-early' | 'throttled' | 'not-found' | 'denied' | 'unreachable';
  /** For people. */
  readonly reason: string;
}

export type StartAnswer = { readonly kind: 'started'; readonly token: string } | SessionFailure;

interface Answered {
  /** Good for one poll, within 24 hours. */
  readonly nextToken: string;
  /** When AppConfig wants to be asked again. */
  readonly intervalSeconds: number;
}

export type PollAnswer =
  /** The session has been given the latest version already. */
  | (Answered & { readonly kind: 'unchanged' })
  | (Answered & { readonly kind: 'content'; readonly label?: string; readonly bytes: Uint8Array })
  | SessionFailure;

export interface ConfigurationSessions {
  /** Begins a session; AppConfig draws its place in a rollout. Never rejects. */
  start(target: SessionTarget, signal: AbortSignal): Promise<StartAnswer>;
  /** Uses a token. Tried once: a second try would use a token that may be spent. Never rejects. */
  poll(token: string, signal: AbortSignal): Promise<PollAnswer>;
  /** Ends open connections. */
  close(): void;
}

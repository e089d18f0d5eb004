/** What a stage runs on, as AWS tells it: for who looks after it. The port alone; what follows from it is control/see/doctor. */

/** A function as it is deployed. */
export interface DeployedFunction {
  /** Its environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** Why it does not answer, or not with its newest code, in Lambda's words; absent while it does. */
  readonly failure?: string;
}

/** What hands the records of a stream to a function. */
export interface EventSource {
  /** Name of the stream. */
  readonly stream: string;
  readonly isEnabled: boolean;
  /** What came of the last batch, in Lambda's words: `OK`, `PROBLEM: Function call failed`. */
  readonly lastResult?: string;
}

/** Every call throws ServiceUnavailable when AWS does not answer; `undefined` says that there is nothing of that name. */
export interface Upkeep {
  /** The region that is asked. */
  region(): Promise<string>;
  deployedFunction(name: string): Promise<DeployedFunction | undefined>;
  eventSources(functionName: string): Promise<readonly EventSource[]>;
  /** Shards of a stream that take records. */
  openShards(stream: string): Promise<number | undefined>;
  /** About so many messages lie in a queue. */
  messages(queue: string): Promise<number | undefined>;
  /** ARNs of what an extension of AppConfig is attached to; without its name, of what any is. */
  extended(extension?: string): Promise<readonly string[]>;
}

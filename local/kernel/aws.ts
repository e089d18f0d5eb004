/**
 * What a service of the local AWS is: a set of operations with AWS's own names, inputs and outputs. The wire protocols
 * (REST-JSON, AWS JSON) are thin bindings around `call`; services speak to each other, and the deployer speaks to them,
 * through `call` as well. So there is one behaviour, whoever asks.
 */

export type Json = Record<string, unknown>;

export type ServiceName =
  | 'appconfig'
  | 'appconfigdata'
  | 'cloudformation'
  | 'dynamodb'
  | 'events'
  | 'iam'
  | 'kinesis'
  | 'lambda'
  | 'logs'
  | 'secretsmanager'
  | 'sqs'
  | 'sts';

/** An HTTP request, whole, whichever HTTP version brought it. Header names are lower case. */
export interface HttpRequest {
  readonly method: string;
  /** Path without query, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export interface Service {
  readonly name: ServiceName;
  /**
   * Runs one operation in process. Input and output are the SDK's shapes (`PutRecord` takes `{StreamName, Data, …}`;
   * blobs are Uint8Array, timestamps are Date). Throws `AwsError` for what AWS would refuse.
   */
  call(operation: string, input: Json): Promise<Json>;
  /** Answers a request that the gateway routed here. Never throws: errors become responses in the service's protocol. */
  handle(request: HttpRequest): Promise<HttpResponse>;
  /** State worth keeping between runs (`--keep`), as JSON; undefined when the service keeps its own files. */
  snapshot?(): Json;
  /** Takes back what `snapshot` gave. Called once, before the first request. */
  restore?(state: Json): void;
  /** Stops timers and processes, closes files. */
  close(): Promise<void>;
}

/** How services reach each other. `T` is the caller's word for the output's shape. */
export interface Aws {
  call<T = Json>(service: ServiceName, operation: string, input: Json): Promise<T>;
}

/** Where this local AWS says it is. */
export interface Identity {
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly partition: 'aws';
}

export const localIdentity: Identity = { region: 'us-east-1', accountId: '000000000000', partition: 'aws' };

/** An error with AWS's own name, HTTP status and extra members. */
export class AwsError extends Error {
  override readonly name: string;
  readonly status: number;
  /** Members of the error's body besides `message`. */
  readonly members: Json;

  constructor(about: { name: string; status: number; message: string; members?: Json }) {
    super(about.message);
    this.name = about.name;
    this.status = about.status;
    this.members = about.members ?? {};
  }
}

/** A Lambda for AppConfig's tests: functions are plain TypeScript, and every call is kept. */
import { AwsError, type Json, type Service } from '../../../local/kernel/aws.js';

export type Behaviour = (event: Json) => unknown;

interface LambdaCall {
  readonly name: string;
  readonly type: string;
  readonly event: Json;
}

export interface ScriptedLambda {
  readonly service: Service;
  readonly calls: LambdaCall[];
  /** Defines a function and returns its ARN. `allow`: what its resource policy says; default: AppConfig may invoke. */
  define(name: string, behaviour: Behaviour, allow?: 'appconfig' | 'nobody' | Json): string;
  /** What the next environment of a function does before it takes an event. Default: nothing, at once. */
  load(name: string, load: () => Promise<unknown>): void;
  /** Events of calls to a function, oldest first. */
  eventsOf(name: string): Json[];
}

interface Scripted {
  readonly behaviour: Behaviour;
  load?: (() => Promise<unknown>) | undefined;
  readonly policy: Json | undefined;
}

export function arnOf(name: string): string {
  return `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
}

export function scriptedLambda(): ScriptedLambda {
  const functions = new Map<string, Scripted>();
  const calls: LambdaCall[] = [];

  const find = (input: Json): [string, Scripted] => {
    const name = String(input['FunctionName']).split(':')[6] ?? '';
    const found = functions.get(name);
    if (found) return [name, found];
    throw new AwsError({
      name: 'ResourceNotFoundException',
      status: 404,
      message: `Function not found: ${String(input['FunctionName'])}`,
    });
  };

  const getPolicy = (input: Json): Json => {
    const { policy } = find(input)[1];
    if (policy) return { Policy: JSON.stringify(policy), RevisionId: '1' };
    throw new AwsError({
      name: 'ResourceNotFoundException',
      status: 404,
      message: 'No policy is associated',
    });
  };

  const invoke = async (input: Json): Promise<Json> => {
    const [name, scripted] = find(input);
    const event = JSON.parse(Buffer.from(input['Payload'] as Uint8Array).toString()) as Json;
    const type = String(input['InvocationType']);
    calls.push({ name, type, event });
    if (type === 'Event') return { StatusCode: 202 };
    try {
      const load = scripted.load;
      scripted.load = undefined;
      await load?.();
      (input['OnStart'] as () => void)();
      return { StatusCode: 200, Payload: payloadOf(await scripted.behaviour(event)) };
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      return { StatusCode: 200, FunctionError: 'Unhandled', Payload: payloadOf({ errorType, errorMessage }) };
    }
  };

  return {
    calls,
    define(name, behaviour, allow = 'appconfig') {
      functions.set(name, { behaviour, policy: policyFor(allow) });
      return arnOf(name);
    },
    load(name, load) {
      find({ FunctionName: arnOf(name) })[1].load = load;
    },
    eventsOf: (name) => calls.filter((call) => call.name === name).map((call) => call.event),
    service: {
      name: 'lambda',
      call: async (operation, input) => (operation === 'GetPolicy' ? getPolicy(input) : invoke(input)),
      handle: () => Promise.reject(new Error('The scripted Lambda has no wire')),
      close: async () => {},
    },
  };
}

function policyFor(allow: 'appconfig' | 'nobody' | Json): Json | undefined {
  if (allow === 'nobody') return undefined;
  if (allow !== 'appconfig') return allow;
  return { Version: '2012-10-17', Statement: [allowAppConfig] };
}

export const allowAppConfig = {
  Sid: 'AllowAppConfig',
  Effect: 'Allow',
  Principal: { Service: 'appconfig.amazonaws.com' },
  Action: 'lambda:InvokeFunction',
  Resource: '*',
};

function payloadOf(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value === undefined ? null : value));
}

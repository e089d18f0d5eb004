/**
 * A service's register: operation name → zod schema of its input and what it does. `createCall` makes a `Service.call`
 * of it, so that every input is parsed in one way and an unknown operation is refused by name.
 */
import type * as z from 'zod';
import { AwsError, type Json, type Service, type ServiceName } from './aws.js';

export interface Operation<Context> {
  readonly input: z.ZodType;
  readonly run: (context: Context, input: never) => Json | Promise<Json>;
}

/** Ties the type of `run`'s input to the schema. */
export function defineOperation<Context, Schema extends z.ZodType>(operation: {
  input: Schema;
  run: (context: Context, input: z.output<Schema>) => Json | Promise<Json>;
}): Operation<Context> {
  return operation as Operation<Context>;
}

export interface Register<Context> {
  readonly service: ServiceName;
  readonly operations: Readonly<Record<string, Operation<Context>>>;
  readonly context: Context;
  /** Error for an input that its schema refuses. Default: ValidationException (400). */
  readonly invalid?: (message: string) => AwsError;
}

/**
 * Makes a `Service.call`. Throws UnknownOperationException (400) for an operation that this local AWS does not have, and
 * the register's error, naming path and expectation, for an input that the schema refuses.
 */
export function createCall<Context>(register: Register<Context>): Service['call'] {
  const invalid = register.invalid ?? validationError;
  return async (name, input) => {
    const operation = Object.hasOwn(register.operations, name) ? register.operations[name] : undefined;
    if (!operation) throw unknownOperation(register.service, name);
    const parsed = operation.input.safeParse(input);
    if (!parsed.success) throw invalid(describe(parsed.error));
    return await operation.run(register.context, parsed.data as never);
  };
}

/** ValidationException (400): most services' word for an input they refuse. */
export function validationError(message: string): AwsError {
  return new AwsError({ name: 'ValidationException', status: 400, message });
}

/** UnknownOperationException (400): AWS has it or not, this local AWS does not. */
export function unknownOperation(service: ServiceName, operation: string): AwsError {
  return new AwsError({
    name: 'UnknownOperationException',
    status: 400,
    message: `The local AWS does not implement ${service}:${operation} (local/services/${service}/behaviour.md lists what it does)`,
  });
}

/** What a schema refused, on one line: `Records.0.Data: expected …; StreamName: expected …`. */
export function describe(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`).join('; ');
}

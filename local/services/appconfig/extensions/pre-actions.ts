/** PRE_* actions: one after another, each sees the content the one before it left; any of them may refuse. */
import type { Surroundings } from '../context.js';
import { invalidConfiguration } from '../errors.js';
import { askFunction } from '../lambda/invoke.js';
import { preActionLimitMs } from '../limits.js';
import type { AppliedExtension } from '../state/deployments.js';
import { nextId } from '../state/state.js';
import { readPreAnswer } from './answers.js';
import { actionAt } from './applied.js';
import type { Invocation } from './payloads.js';

export interface PreRun {
  readonly point: 'PRE_CREATE_HOSTED_CONFIGURATION_VERSION' | 'PRE_START_DEPLOYMENT';
  readonly applied: readonly AppliedExtension[];
  readonly bytes: Uint8Array;
  /** ARNs a function's resource policy may name. */
  readonly sourceArns: readonly string[];
  readonly payload: (invocation: Invocation, bytes: Uint8Array) => object;
}

/** The content after all actions. Throws BadRequestException, naming the extension, when one refuses or fails. */
export async function runPreActions(around: Surroundings, run: PreRun): Promise<Uint8Array> {
  let bytes = run.bytes;
  for (const applied of run.applied) bytes = await runOne(around, { ...run, bytes }, applied);
  return bytes;
}

async function runOne(around: Surroundings, run: PreRun, applied: AppliedExtension): Promise<Uint8Array> {
  const action = actionAt(applied, run.point);
  if (!action) return run.bytes;
  const parameters = run.point === 'PRE_START_DEPLOYMENT' ? applied.startParameters : applied.parameters;
  const payload = run.payload({ invocationId: nextId(around.state), parameters }, run.bytes);
  const call = { functionArn: action.Uri, roleArn: action.RoleArn, sourceArns: run.sourceArns, payload };
  const answer = readPreAnswer(await askFunction(around, call, preActionLimitMs));
  switch (answer.kind) {
    case 'keep':
      return run.bytes;
    case 'replace':
      return answer.bytes;
    case 'refuse':
      throw invalidConfiguration(
        `Error invoking extension ${applied.extensionName}: ${answer.message}`,
        answer.details,
      );
  }
}

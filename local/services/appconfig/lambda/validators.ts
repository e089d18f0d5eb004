/** A profile's Lambda validators: the function that returns passes the content, whatever it returns. */
import { profileArn } from '../arns.js';
import type { Surroundings } from '../context.js';
import { invalidConfiguration } from '../errors.js';
import { validatorLimitMs } from '../limits.js';
import type { Profile, Validator } from '../state/records.js';
import { askFunction, type FunctionAnswer } from './invoke.js';

export interface Candidate {
  readonly profile: Profile;
  /** The number, as a string. */
  readonly version: string;
  readonly bytes: Uint8Array;
}

/** Runs all validators in order. Throws BadRequestException with the message of the first that failed. */
export async function validate(around: Surroundings, candidate: Candidate): Promise<void> {
  const answers: FunctionAnswer[] = [];
  for (const validator of candidate.profile.Validators ?? [])
    answers.push(await askValidator(around, candidate, validator));
  const failed = answers.find((answer) => answer.kind === 'failed');
  if (!failed) return;
  const { code, message, value } = failed;
  throw invalidConfiguration(`Error invoking Lambda validator: ${message}`, [
    { Type: code, Reason: message, Value: value },
  ]);
}

/** Event: User Guide, "Understanding validators"; keys in lower camel case. */
function askValidator(
  around: Surroundings,
  { profile, version, bytes }: Candidate,
  validator: Validator,
): Promise<FunctionAnswer> {
  const payload = {
    applicationId: profile.ApplicationId,
    configurationProfileId: profile.Id,
    configurationVersion: version,
    content: Buffer.from(bytes).toString('base64'),
    uri: profile.LocationUri,
  };
  const sourceArns = [profileArn(around.identity, profile.ApplicationId, profile.Id)];
  return askFunction(around, { functionArn: validator.Content, payload, sourceArns }, validatorLimitMs);
}

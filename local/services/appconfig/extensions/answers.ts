/** What an extension's function may answer, read from whatever it answered. */
import * as z from 'zod';
import type { InvalidConfigurationDetail } from '../errors.js';
import type { FunctionAnswer } from '../lambda/invoke.js';

/** Of a PRE_* action. */
export type PreAnswer =
  | { readonly kind: 'keep' }
  | { readonly kind: 'replace'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'refuse';
      readonly message: string;
      readonly details: readonly InvalidConfigurationDetail[];
    };

/** Of an AT_DEPLOYMENT_TICK action. */
export type TickAnswer =
  | { readonly kind: 'continue' }
  | {
      readonly kind: 'roll-back';
      readonly description: string;
      readonly error?: { code: string; message: string };
    };

const detailSchema = z.object({
  Type: z.string().optional(),
  Name: z.string().optional(),
  Reason: z.string().optional(),
});

const refusalSchema = z.object({
  Error: z.string(),
  Message: z.string().optional(),
  Details: z.array(detailSchema).optional().catch(undefined),
});

const replacementSchema = z.object({ Content: z.unknown() });

/**
 * `{Content: base64}` replaces the content, `{Error, Message?, Details?}` or a failed call refuses it, and anything else
 * keeps it.
 */
export function readPreAnswer(answer: FunctionAnswer): PreAnswer {
  if (answer.kind === 'failed')
    return refusal(answer.message, [{ Type: answer.code, Reason: answer.message, Value: answer.value }]);
  const refused = refusalSchema.safeParse(answer.value);
  if (refused.success) return readRefusal(refused.data);
  const content = replacementSchema.safeParse(answer.value).data?.Content;
  if (content === undefined || content === null) return { kind: 'keep' };
  const bytes = z.base64().safeParse(content);
  if (!bytes.success) return refusal("Malformed 'Content' provided", []);
  return { kind: 'replace', bytes: Buffer.from(bytes.data, 'base64') };
}

const directiveSchema = z.object({
  Directive: z.enum(['CONTINUE', 'ROLL_BACK']),
  Description: z.string().optional(),
});

const errorReplySchema = z.object({ Error: z.string(), Message: z.string().optional() });

/**
 * The guard fails closed: a failed call and an error reply roll the deployment back. So does a directive that does not
 * exist; an empty answer goes on.
 */
export function readTickAnswer(answer: FunctionAnswer): TickAnswer {
  if (answer.kind === 'failed') return broken(answer.code, answer.message);
  const error = errorReplySchema.safeParse(answer.value);
  if (error.success) return broken(error.data.Error, error.data.Message ?? error.data.Error);
  if (!hasDirective(answer.value)) return { kind: 'continue' };
  const directive = directiveSchema.safeParse(answer.value);
  if (!directive.success) return broken('InvalidDirective', z.prettifyError(directive.error));
  if (directive.data.Directive === 'CONTINUE') return { kind: 'continue' };
  return { kind: 'roll-back', description: directive.data.Description ?? 'no description given' };
}

function hasDirective(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'Directive' in value;
}

function broken(code: string, message: string): TickAnswer {
  return { kind: 'roll-back', description: message, error: { code, message } };
}

function readRefusal({ Error: code, Message, Details = [] }: z.infer<typeof refusalSchema>): PreAnswer {
  const details = Details.map(({ Type, Name, Reason }) => ({ Type, Location: Name, Reason }));
  return refusal(Message ?? code, details);
}

function refusal(message: string, details: readonly InvalidConfigurationDetail[]): PreAnswer {
  return { kind: 'refuse', message, details };
}

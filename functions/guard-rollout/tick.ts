/** AppConfig's question at every tick of a deployment (AT_DEPLOYMENT_TICK), and what it may be answered. */

import * as z from 'zod';
import { asciiLine } from '../../core/delivery/provenance.js';
import type { GuardReport } from '../../core/guard/report.js';

/** Names beside the ids are not always there. */
const namedSchema = z.object({ Id: z.string(), Name: z.string().optional() });

const tickSchema = z.object({
  Application: namedSchema,
  Environment: namedSchema,
  ConfigurationProfile: namedSchema,
  DeploymentNumber: z.coerce.number().int().min(1),
  /** The deployment's own, by which an undo is known before AppConfig has answered anything. */
  Description: z.string().optional(),
  DeploymentState: z.enum(['DEPLOYING', 'BAKING']),
  /** A text with one decimal: `20.0`. */
  PercentageComplete: z.coerce.number().min(0).max(100),
});
export type Tick = z.output<typeof tickSchema>;

/** @throws ZodError when the event is no tick. */
export const readTick = (event: unknown): Tick => tickSchema.parse(event);

/** `Description` stands in the deployment's event log. */
export type TickAnswer =
  | { readonly Directive: 'CONTINUE' }
  | { readonly Directive: 'ROLL_BACK'; readonly Description: string };

export const goOn: TickAnswer = { Directive: 'CONTINUE' };

/** AppConfig publishes no limit for it; its other descriptions hold 1,024 characters. */
const descriptionMaxChars = 500;

export function answerOf({ action, verdict, summary }: GuardReport): TickAnswer {
  if (action !== 'rollback') return goOn;
  const words = `Veltrix guard: ${verdict}: ${summary}`.replaceAll('×', 'x');
  return { Directive: 'ROLL_BACK', Description: asciiLine(words, descriptionMaxChars) };
}

/** How a hosted version is answered. */
import type { Json } from '../../../../kernel/aws.js';
import type { AppConfig } from '../../context.js';
import { type HostedVersion, shapeOf } from '../../state/records.js';
import { contentOf } from '../../state/state.js';

/** With its content. */
export function answerOf({ state }: AppConfig, version: HostedVersion): Json {
  return { ...shapeOf(version), Content: contentOf(state, version.contentHash) };
}

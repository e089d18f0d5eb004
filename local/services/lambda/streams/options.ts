/** What event source mappings as a whole work with. */
import { parseReference } from '../names.js';
import type { LambdaState } from '../state.js';
import type { MappingDeps } from './mapping-deps.js';

export interface MappingsOptions extends Omit<MappingDeps, 'mapping' | 'onTrouble' | 'roleArn'> {
  readonly state: LambdaState;
  readonly onTrouble: (functionArn: string, text: string) => void;
}

/** The role of a mapping's function; empty when the function is gone. */
export function findFunctionRole(state: LambdaState, functionArn: string): string {
  return state.functions[parseReference(functionArn).name]?.latest.configuration.Role ?? '';
}

/** Parameters of Systems Manager, as far as stacks made them. */
import type { DeployState, ResourceState } from '../state.js';

/** The value of a parameter, in whichever stack it is; `own` are the resources of the one under way. */
export function parameterNamed(
  name: string,
  { stacks }: Pick<DeployState, 'stacks'>,
  own: Readonly<Record<string, ResourceState>>,
): string | undefined {
  return [own, ...Object.values(stacks).map(({ resources }) => resources)]
    .flatMap((resources) => Object.values(resources))
    .find(({ type, physicalId }) => type === 'AWS::SSM::Parameter' && physicalId === name)?.attributes[
    'Value'
  ];
}

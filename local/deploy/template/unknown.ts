/**
 * Values that are known only once their resource exists. While a template is planned, `Ref` and `Fn::GetAtt` give such a
 * value, and so does every function of one; schemas take it wherever a scalar may stand.
 */

const mark = '\u0000known after deployment: ';

export const unknownValue = (what: string): string => mark + what;

export const isUnknown = (value: unknown): boolean =>
  typeof value === 'string' ? value.includes(mark) : Array.isArray(value) && value.some(isUnknown);

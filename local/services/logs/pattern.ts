/**
 * Filter patterns over unstructured text: terms that must all occur, `"quoted terms"`, `?any of these`, `-none of these`
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html).
 */
import { invalidParameter } from './errors.js';

const term = /([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g;

/** Throws InvalidParameterException for patterns over JSON, columns and regular expressions: they are missing here. */
export function compilePattern(pattern: string): (message: string) => boolean {
  const text = pattern.trim();
  if (/^[{[%]/.test(text))
    throw invalidParameter(`The local AWS filters by terms only, not by the pattern ${text}`);
  const terms = [...text.matchAll(term)].map(([, sign = '', quoted, plain]) => ({
    sign,
    text: quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '',
  }));
  const of = (sign: string) => terms.filter((one) => one.sign === sign);
  const [all, any, none] = [of(''), of('?'), of('-')];
  return (message) => {
    const has = (one: { text: string }) => message.includes(one.text);
    return all.every(has) && (any.length === 0 || any.some(has)) && !none.some(has);
  };
}

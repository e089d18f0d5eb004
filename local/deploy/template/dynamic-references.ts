/**
 * Dynamic references: text that stands for the value of a parameter, looked up when its resource is made.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html.
 */

const reference = /\{\{resolve:([^:}]+):([^}]*)\}\}/g;

/**
 * The value with every `{{resolve:ssm:NAME}}` in its texts replaced. Throws an Error for another service, for a numbered version,
 * and where `find` knows no parameter of that name.
 */
export function resolveReferences(value: unknown, find: (name: string) => string | undefined): unknown {
  if (typeof value === 'string')
    return value.replace(reference, (whole, service: string, name: string) => {
      if (service !== 'ssm' || name.includes(':'))
        throw new Error(`${whole}: only the latest value of a parameter can be looked up here`);
      const found = find(name);
      if (found === undefined) throw new Error(`${whole}: there is no parameter '${name}'`);
      return found;
    });
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, find));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, resolveReferences(member, find)]),
  );
}

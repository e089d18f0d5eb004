/**
 * AWS clients find the local AWS as they find AWS: by their environment. Undefined takes a variable away. Returns what puts the
 * old ones back.
 */
export function useEnvironment(environment: Readonly<Record<string, string | undefined>>): () => void {
  const before = Object.fromEntries(Object.keys(environment).map((name) => [name, process.env[name]]));
  put(environment);
  return () => put(before);
}

function put(environment: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

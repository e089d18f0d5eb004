/** Opens what is needed when it is first asked for. */

/** Asked again, it gives the first answer; a failure is not kept. */
export function once<T>(open: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= open().catch((error: unknown) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}

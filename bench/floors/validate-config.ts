/** Validation asks no service anything: its floor is a function that does nothing. */

export const handler = async (): Promise<void> => undefined;

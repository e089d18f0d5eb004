/** Which release this is. */

/** Set when the command is built. */
declare const VELTRIX_VERSION: string | undefined;

export const version = (): string => (typeof VELTRIX_VERSION === 'string' ? VELTRIX_VERSION : '0.0.0');

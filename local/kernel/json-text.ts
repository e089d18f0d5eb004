/** Strings that must hold JSON: policies and the like. */
import * as z from 'zod';

export const jsonText = z.string().refine(isJson, { message: 'is not JSON' });

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The environment of the function that AppConfig asks before it deploys content of one profile. */

import * as z from 'zod';

export const validateSettingsSchema = z.object({
  /** Name of the application. */
  VELTRIX_APPLICATION: z.string().min(1),
  /** Name of the profile whose schema decides. */
  VELTRIX_PROFILE: z.string().min(1),
  /** Version of that schema, for who looks at the function from outside (`veltrix doctor`): what counts is the schema itself. */
  VELTRIX_SCHEMA_VERSION: z.string().regex(/^\d+$/),
});

/** A replica, which takes a moment to apply what it is told. */

import { serve } from '../parts/serve.js';

const applyMs = 1;

await serve((_, answer) => void setTimeout(() => answer(200, '{}'), applyMs));

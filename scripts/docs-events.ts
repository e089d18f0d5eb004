/** `npm run docs:events`: writes the JSON Schemas of change events to docs/events/. */

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventSchemas } from './event-schemas.js';

const folder = fileURLToPath(new URL('../docs/events', import.meta.url));

mkdirSync(folder, { recursive: true });
for (const [name, text] of eventSchemas()) writeFileSync(path.join(folder, name), text);

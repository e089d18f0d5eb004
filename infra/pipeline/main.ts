/** What `npm run deploy:pipeline` runs: writes the cloud assembly of what deploys. */

import { App } from 'aws-cdk-lib';
import { applications } from '../../config/applications.js';
import { stages } from '../stages.js';
import { addPipelines } from './app.js';

const app = new App({ analyticsReporting: false, treeMetadata: false });
addPipelines(app, { applications, stages });
app.synth();

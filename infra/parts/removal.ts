/** What becomes of a resource that people would miss when its stack, or its definition, goes. */

import { RemovalPolicy } from 'aws-cdk-lib';
import type { Stage } from '../../core/stages.js';

/** One that could not be made goes in any case: nothing is in it. */
export const removalPolicy = ({ removal }: Stage): RemovalPolicy =>
  removal === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

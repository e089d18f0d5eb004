/** What a service imports. */
export { connect } from '../../../client/index.js';

/** The operations that dynalite brings: what each does, and which members its input may have. */
import batchGetItem from 'dynalite/actions/batchGetItem.js';
import batchWriteItem from 'dynalite/actions/batchWriteItem.js';
import createTable from 'dynalite/actions/createTable.js';
import deleteItem from 'dynalite/actions/deleteItem.js';
import deleteTable from 'dynalite/actions/deleteTable.js';
import describeTable from 'dynalite/actions/describeTable.js';
import getItem from 'dynalite/actions/getItem.js';
import listTables from 'dynalite/actions/listTables.js';
import listTagsOfResource from 'dynalite/actions/listTagsOfResource.js';
import putItem from 'dynalite/actions/putItem.js';
import query from 'dynalite/actions/query.js';
import scan from 'dynalite/actions/scan.js';
import tagResource from 'dynalite/actions/tagResource.js';
import untagResource from 'dynalite/actions/untagResource.js';
import updateItem from 'dynalite/actions/updateItem.js';
import updateTable from 'dynalite/actions/updateTable.js';
import type { Store } from 'dynalite/db/index.js';
import batchGetItemInput from 'dynalite/validations/batchGetItem.js';
import batchWriteItemInput from 'dynalite/validations/batchWriteItem.js';
import createTableInput from 'dynalite/validations/createTable.js';
import deleteItemInput from 'dynalite/validations/deleteItem.js';
import deleteTableInput from 'dynalite/validations/deleteTable.js';
import describeTableInput from 'dynalite/validations/describeTable.js';
import getItemInput from 'dynalite/validations/getItem.js';
import type { Validation } from 'dynalite/validations/index.js';
import listTablesInput from 'dynalite/validations/listTables.js';
import listTagsOfResourceInput from 'dynalite/validations/listTagsOfResource.js';
import putItemInput from 'dynalite/validations/putItem.js';
import queryInput from 'dynalite/validations/query.js';
import scanInput from 'dynalite/validations/scan.js';
import tagResourceInput from 'dynalite/validations/tagResource.js';
import untagResourceInput from 'dynalite/validations/untagResource.js';
import updateItemInput from 'dynalite/validations/updateItem.js';
import updateTableInput from 'dynalite/validations/updateTable.js';

export interface EngineOperation {
  readonly action: (
    store: Store,
    data: Record<string, unknown>,
    callback: (error: unknown, output?: Record<string, unknown> | string) => void,
  ) => void;
  readonly validation: Validation;
}

export const engineOperations: Readonly<Record<string, EngineOperation>> = {
  BatchGetItem: { action: batchGetItem, validation: batchGetItemInput },
  BatchWriteItem: { action: batchWriteItem, validation: batchWriteItemInput },
  CreateTable: { action: createTable, validation: createTableInput },
  DeleteItem: { action: deleteItem, validation: deleteItemInput },
  DeleteTable: { action: deleteTable, validation: deleteTableInput },
  DescribeTable: { action: describeTable, validation: describeTableInput },
  GetItem: { action: getItem, validation: getItemInput },
  ListTables: { action: listTables, validation: listTablesInput },
  ListTagsOfResource: { action: listTagsOfResource, validation: listTagsOfResourceInput },
  PutItem: { action: putItem, validation: putItemInput },
  Query: { action: query, validation: queryInput },
  Scan: { action: scan, validation: scanInput },
  TagResource: { action: tagResource, validation: tagResourceInput },
  UntagResource: { action: untagResource, validation: untagResourceInput },
  UpdateItem: { action: updateItem, validation: updateItemInput },
  UpdateTable: { action: updateTable, validation: updateTableInput },
};

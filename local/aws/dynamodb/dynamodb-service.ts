// Implements Amazon DynamoDB: checks permissions, describes time to live, and runs all other operations on dynalite.
import { arnOf } from '../../template/pseudo-parameters';
import { readJson, writeJson, writeJsonError, type JsonObject } from '../endpoint/json-protocol';
import type { Authorize } from '../endpoint/policy';
import { targetOperation, unknownOperation, type AwsService } from '../endpoint/service';
import { leadingKeysOf } from './leading-keys';
import { engineOperations, type DynamoEngine, type EngineOperation } from './dynamo-engine';

export interface DynamoServiceOptions {
  readonly engine: DynamoEngine;
  readonly authorize: Authorize;
  /** The name of the partition key, by table name. */
  readonly partitionKeys: ReadonlyMap<string, string>;
  /** The name of the TTL attribute, by table name; only of tables that have one. */
  readonly timeToLive: ReadonlyMap<string, string>;
}

const supported = [...engineOperations, 'DescribeTimeToLive'];

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html */
export function createDynamoService(options: DynamoServiceOptions): AwsService {
  const { engine, authorize, partitionKeys, timeToLive } = options;
  return {
    name: 'dynamodb',
    // DynamoDB documents "HTTP status code: 400" for all authentication errors.
    authenticationErrorStatus: 400,
    operationOf: ({ headers }) => targetOperation(headers),
    async handle(request) {
      const operation = targetOperation(request.headers);
      if (!supported.includes(operation)) throw unknownOperation(operation, supported);
      // An administrator has all permissions, so the body need not be parsed.
      if (request.principal.permissions !== 'administrator') {
        const input = readJson(request);
        for (const [table, part] of partsOf(input)) {
          const keys = leadingKeysOf(operation, part, partitionKeys.get(table) ?? '');
          const context = keys === undefined ? {} : { 'dynamodb:LeadingKeys': keys };
          const resource = table === '*' ? table : arnOf('dynamodb', `table/${table}`);
          authorize(request.principal, `dynamodb:${operation}`, resource, { context });
        }
      }
      if (operation === 'DescribeTimeToLive') return describe(readJson(request), timeToLive);
      return engine.run(operation as EngineOperation, request.body);
    },
    writeError: (error) => writeJsonError('1.0', 'com.amazon.coral.service', error),
  };
}

/** The names of the tables that a request concerns, each with its part of the request; `*` if it concerns none. */
function partsOf(input: JsonObject): readonly (readonly [string, unknown])[] {
  const { TableName: name, RequestItems: items } = input;
  if (typeof name === 'string') return [[name, input]];
  if (typeof items === 'object' && items !== null) return Object.entries(items);
  return [['*', input]];
}

function describe(input: JsonObject, timeToLive: ReadonlyMap<string, string>) {
  const name = input['TableName'];
  const attribute = typeof name === 'string' ? timeToLive.get(name) : undefined;
  const description =
    attribute === undefined
      ? { TimeToLiveStatus: 'DISABLED' }
      : { TimeToLiveStatus: 'ENABLED', AttributeName: attribute };
  return writeJson('1.0', { TimeToLiveDescription: description });
}

// Creates the connections of a measurement. They are the same in every process, so they need not be sent to it.
import { createHash } from 'node:crypto';
import { shardOf } from '#core/shard';
import { attributes } from '#lambdas/contract/table-keys';

export interface StoredConnection {
  /** The sort key: `<userId>#<connectionId>`. */
  readonly sk: string;
  readonly userId: string;
  readonly connectionId: string;
}

/** Creates `count` connections, with user ids like those of Cognito and connection ids like those of API Gateway. */
export function connectionsOf(count: number): readonly StoredConnection[] {
  return Array.from({ length: count }, (_, index) => {
    const digest = createHash('sha256').update(String(index)).digest();
    const hex = digest.toString('hex');
    const userId = [
      hex.slice(32, 40),
      hex.slice(40, 44),
      hex.slice(44, 48),
      hex.slice(48, 52),
      hex.slice(52),
    ].join('-');
    const connectionId = `${digest.subarray(0, 11).toString('base64url')}=`;
    return { sk: `${userId}#${connectionId}`, userId, connectionId };
  });
}

/** The name of the table with this number of connections, which get everything or, if `watching`, the events of one agent each. */
export const tableNameOf = (connections: number, watching = false) =>
  `${watching ? watchingPrefix : ''}${tablePrefix}${connections}`;

const tablePrefix = 'connections-';
const watchingPrefix = 'watching-';

/** The number of agents that the connections of a `watching` table watch, one each. */
const watchedAgents = 1_000;

/** The subscription of a connection, as its record has it. Its user id begins with pseudorandom hexadecimal digits. */
const subscriptionOf = (sk: string) =>
  JSON.stringify([`watched-${Number.parseInt(sk.slice(0, 8), 16) % watchedAgents}`]);

/** The properties of a Query of the connection store. */
export interface ConnectionQuery {
  readonly TableName: string;
  readonly ProjectionExpression: string;
  readonly ExpressionAttributeValues: { readonly ':pk': { readonly S: string } };
  readonly Limit?: number;
  readonly ExclusiveStartKey?: { readonly sk: { readonly S: string } };
}

/**
 * Creates a function that answers a Query of the connection store as DynamoDB does. dynalite would take half a minute to be filled
 * with fifty thousand items, and seconds to list them.
 * @param now time of the connections, in milliseconds since the Unix epoch
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
 */
export function createConnectionTables(now: number): (query: ConnectionQuery) => object {
  const tables = new Map<string, Map<string, readonly StoredConnection[]>>();
  const times = {
    connectedAt: { N: String(now - 60_000) },
    validUntil: { N: String(now + 3_600_000) },
    [attributes.ttl]: { N: String(Math.floor(now / 1000) + 7_200) },
  };

  function tableOf(name: string): Map<string, readonly StoredConnection[]> {
    const known = tables.get(name);
    if (known !== undefined) return known;
    const count = name.slice(name.indexOf(tablePrefix) + tablePrefix.length);
    const all = connectionsOf(Number(count));
    const sorted = all.toSorted((one, other) => (one.sk < other.sk ? -1 : 1));
    const byShard = new Map<string, StoredConnection[]>();
    for (const connection of sorted) {
      const partition = `connections#${shardOf(connection.userId)}`;
      const others = byShard.get(partition);
      if (others === undefined) byShard.set(partition, [connection]);
      else others.push(connection);
    }
    tables.set(name, byShard);
    return byShard;
  }

  return (query) => {
    const { TableName, ExpressionAttributeValues, Limit = 1_000, ExclusiveStartKey } = query;
    const names = query.ProjectionExpression.split(', ');
    const pk = ExpressionAttributeValues[':pk'];
    const partition = tableOf(TableName).get(pk.S) ?? [];
    const after = ExclusiveStartKey?.sk.S ?? '';
    const start = partition.findIndex(({ sk }) => sk > after);
    const page = start === -1 ? [] : partition.slice(start, start + Limit);
    const last = page.at(-1);
    return {
      Items: page.map(({ sk }) => {
        const watched = TableName.startsWith(watchingPrefix) && {
          agents: { S: subscriptionOf(sk) },
        };
        return project({ pk, sk: { S: sk }, ...times, ...watched }, names);
      }),
      Count: page.length,
      ScannedCount: page.length,
      ...(last !== undefined && page.length === Limit
        ? { LastEvaluatedKey: { pk, sk: { S: last.sk } } }
        : {}),
    };
  };
}

/** Attributes that a connection may lack. These connections have no batches and no scope. */
const optionalAttributes = ['batches', '#scope', 'agents'];

/** Selects attributes of an item. @throws Error if the store requests an attribute that these items do not have */
function project(item: Readonly<Record<string, object>>, names: readonly string[]): object {
  const present = names.filter((name) => name in item || !optionalAttributes.includes(name));
  return Object.fromEntries(
    present.map((name) => {
      if (item[name] === undefined) throw new Error(`The bench's connections have no ${name}.`);
      return [name, item[name]];
    }),
  );
}

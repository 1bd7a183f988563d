// The end of the local database: no operation goes on after it is closed.
import { createDynamoEngine } from '#local/aws/dynamodb/dynamo-engine';

it('closes when the operations under way have been answered, and rejects later ones', async () => {
  const engine = createDynamoEngine();
  const answered: number[] = [];
  for (let count = 0; count < 3; count += 1) {
    void engine.run('ListTables', Buffer.from('{}')).then(({ status }) => answered.push(status));
  }
  expect(answered).toEqual([]);
  await engine.close();
  expect(answered).toEqual([200, 200, 200]);
  await expect(engine.run('ListTables', Buffer.from('{}'))).rejects.toThrow(
    'The database is closed.',
  );
});

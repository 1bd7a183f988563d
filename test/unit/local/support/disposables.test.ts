// Everything that was opened is closed once, in reverse order.
import { setImmediate } from 'node:timers/promises';
import { Disposables } from '#local/support/disposables';

const failing = (message: string) => () => Promise.reject(new Error(message));

it('disposes of everything in reverse order, one after the other', async () => {
  const done: string[] = [];
  const disposables = new Disposables();
  disposables.add(() => done.push('first'));
  disposables.add(async () => {
    await setImmediate();
    done.push('second');
  });
  const resource = { close: () => done.push('third') };
  expect(disposables.use(resource)).toBe(resource);
  await disposables.dispose();
  expect(done).toEqual(['third', 'second', 'first']);
});

it('continues after a failure, and rejects with all errors', async () => {
  const done: string[] = [];
  const disposables = new Disposables();
  disposables.add(() => done.push('first'));
  disposables.add(failing('the port'));
  disposables.add(() => {
    throw new Error('the folder');
  });
  await expect(disposables.dispose()).rejects.toMatchObject({
    message: 'Error: the folder; Error: the port',
    errors: [new Error('the folder'), new Error('the port')],
  });
  expect(done).toEqual(['first']);
});

it('disposes of everything once, also if it is called repeatedly, and then accepts nothing more', async () => {
  let times = 0;
  const disposables = new Disposables();
  disposables.add(() => (times += 1));
  const disposal = disposables.dispose();
  expect(disposables.dispose()).toBe(disposal);
  await disposal;
  await disposables.dispose();
  expect(times).toBe(1);
  expect(() => {
    disposables.add(() => undefined);
  }).toThrow('disposed');
});

describe('Disposables.build', () => {
  it('does not dispose of anything if building succeeds', async () => {
    const done: string[] = [];
    const built = await Disposables.build((disposables) => {
      disposables.add(() => done.push('closed'));
      return Promise.resolve({ close: () => disposables.dispose() });
    });
    expect(done).toEqual([]);
    await built.close();
    expect(done).toEqual(['closed']);
  });

  it('disposes of everything if building fails, and rejects with the failure itself', async () => {
    const done: string[] = [];
    const failure = Object.assign(new Error('in use'), { code: 'EADDRINUSE' });
    const building = Disposables.build((disposables) => {
      disposables.add(() => done.push('closed'));
      return Promise.reject(failure);
    });
    await expect(building).rejects.toBe(failure);
    expect(done).toEqual(['closed']);
  });

  it('rejects with the failure and with the errors of disposing', async () => {
    const building = Disposables.build((disposables) => {
      disposables.add(failing('the folder'));
      return Promise.reject(new Error('in use'));
    });
    await expect(building).rejects.toMatchObject({
      message: 'Error: in use',
      errors: [new Error('in use'), new Error('the folder')],
    });
  });
});

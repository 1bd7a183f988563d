// Reads or creates the local issuer's key pair, which is kept in a file and shared by all stacks of the checkout.
import { createPrivateKey, generateKeyPair, randomUUID, type KeyObject } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** The key file exists, but does not contain a usable key. */
class SigningKeyError extends Error {
  override readonly name = 'SigningKeyError';
  readonly code = 'SIGNING_KEY_UNUSABLE';
}

/**
 * Reads the local issuer's RSA private key from `directory`, or creates it. Only the owner can read the file.
 * @throws {SigningKeyError} when the file does not contain an RSA private key
 */
export async function openSigningKey(directory: string): Promise<KeyObject> {
  const file = path.join(directory, 'issuer-key.pem');
  const pem = (await readIfThere(file)) ?? (await create(file));
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch (cause) {
    throw new SigningKeyError(sentence(file), { cause });
  }
  throw new SigningKeyError(sentence(file));
}

function sentence(file: string): string {
  return `${file} does not hold an RSA private key in PEM format: delete it, and the next start makes a new one.`;
}

/**
 * Creates a key, and returns it as PEM text. The key is written to a file of another name, which is then linked: two
 * stacks that start at the same time get the same key.
 */
async function create(file: string): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const unnamed = `${file}.${randomUUID()}`;
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await writeFile(unnamed, pem, { mode: 0o600 });
    // Unlike a rename, a link does not replace a key that another process has created meanwhile.
    await link(unnamed, file);
    return pem;
  } catch (error) {
    const theirs = await readIfThere(file);
    if (theirs === undefined) throw error;
    return theirs;
  } finally {
    await rm(unnamed, { force: true });
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

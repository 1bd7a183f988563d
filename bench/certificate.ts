// Creates a self-signed certificate for a local server. It writes the DER itself, because node:crypto cannot create X.509.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface Certificate {
  /** The private key, as PEM. */
  readonly key: string;
  /** The certificate, as PEM. Clients must trust it as a certificate authority. */
  readonly certificate: string;
}

/**
 * Creates a self-signed certificate for 127.0.0.1 and localhost, valid from one day before `now` until one day after it.
 * @see https://datatracker.ietf.org/doc/html/rfc5280#section-4.1
 */
export function createCertificate(now: Date): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const toBeSigned = sequence(
    element(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    ecdsaWithSha256,
    name,
    sequence(time(now.getTime() - dayMilliseconds), time(now.getTime() + dayMilliseconds)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(
      0xa3,
      sequence(
        extension('551d13', sequence(element(0x01, Buffer.of(0xff)))),
        extension(
          '551d11',
          sequence(element(0x82, Buffer.from('localhost')), element(0x87, Buffer.of(127, 0, 0, 1))),
        ),
      ),
    ),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const der = sequence(toBeSigned, ecdsaWithSha256, bits(signature));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
}

const dayMilliseconds = 24 * 60 * 60 * 1000;

/** Encodes one DER element: tag, length and contents. */
function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content]);
}

const sequence = (...contents: readonly Buffer[]) => element(0x30, ...contents);
const integer = (bytes: Buffer) => element(0x02, bytes);
const bits = (bytes: Buffer) => element(0x03, Buffer.of(0), bytes);
const identifier = (hex: string) => element(0x06, Buffer.from(hex, 'hex'));
const extension = (hex: string, value: Buffer) => sequence(identifier(hex), element(0x04, value));

function time(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d{3}/g, '');
  return element(0x17, Buffer.from(text.slice(2)));
}

const ecdsaWithSha256 = sequence(identifier('2a8648ce3d040302'));

/** The name of issuer and subject: a common name. */
const name = sequence(
  element(0x31, sequence(identifier('550403'), element(0x0c, Buffer.from('localhost')))),
);

// Reads the sizes of WebSocket frames (RFC 6455) from a connection's bytes: ws reports whole messages only, and API
// Gateway limits the size of single frames too.

/**
 * Calls `onFrame` with each WebSocket frame's payload length in bytes, as soon as its header is complete.
 * Takes the bytes in pieces of any size, and does not check what ws checks.
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-5.2
 */
export function createFrameScanner(
  onFrame: (payloadBytes: number) => void,
): (chunk: Uint8Array) => void {
  const header = new Uint8Array(14);
  const view = new DataView(header.buffer);
  let headerBytes = 0;
  let payloadBytesLeft = 0;

  return (chunk) => {
    let position = 0;
    while (position < chunk.length) {
      if (payloadBytesLeft > 0) {
        const skipped = Math.min(payloadBytesLeft, chunk.length - position);
        payloadBytesLeft -= skipped;
        position += skipped;
        continue;
      }
      header[headerBytes++] = chunk[position++] ?? 0;
      if (headerBytes < headerLength(header, headerBytes)) continue;
      headerBytes = 0;
      payloadBytesLeft = payloadLength(view);
      onFrame(payloadBytesLeft);
    }
  };
}

/** Length of the current header in bytes, which its second byte says. */
function headerLength(header: Uint8Array, known: number): number {
  if (known < 2) return 2;
  const second = header[1] ?? 0;
  const shortLength = second & 0x7f;
  const extension = shortLength === 126 ? 2 : shortLength === 127 ? 8 : 0;
  const mask = (second & 0x80) === 0 ? 0 : 4;
  return 2 + extension + mask;
}

function payloadLength(header: DataView): number {
  const shortLength = header.getUint8(1) & 0x7f;
  if (shortLength === 126) return header.getUint16(2);
  // Lengths over 2^53 lose precision, which does not matter: they are far over the limit.
  return shortLength === 127 ? Number(header.getBigUint64(2)) : shortLength;
}

// Reads the sizes of WebSocket frames (RFC 6455) from a connection's bytes: API Gateway limits the size of each one, but
// ws reports whole messages only.

/**
 * Calls `onFrame` with the payload length in bytes of each WebSocket frame, as soon as its header is complete.
 * Chunks may have any size. The bytes are not validated, as ws does that.
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

/** The length in bytes of the current header, which depends on its second byte. */
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
  // Lengths above 2^53 lose precision, which does not matter, as they are far above the limit.
  return shortLength === 127 ? Number(header.getBigUint64(2)) : shortLength;
}

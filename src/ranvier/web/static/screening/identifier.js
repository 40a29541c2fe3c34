// Identifiers that the browser makes, so that an act sent twice is one act.

let last = 0;
let count = 0;

/**
 * Make a UUID of version 7 (RFC 9562): sorted by time, also within one millisecond and when the
 * clock goes back. `crypto.randomUUID` gives no version 7, and nothing at all without TLS.
 */
export function identifier() {
  const now = Date.now();
  if (now > last) {
    last = now;
    count = crypto.getRandomValues(new Uint16Array(1))[0] & 0x3ff;
  } else if (++count > 0xfff) {
    last += 1;
    count = 0;
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0, left = last; i < 6; i++, left = Math.floor(left / 256)) bytes[5 - i] = left % 256;
  bytes[6] = 0x70 | (count >> 8);
  bytes[7] = count & 0xff;
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/* The checksum by which a page knows whether a text came whole. */

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 of a text in UTF-8, as eight hexadecimal digits. */
function checksum(text) {
  const bytes = new TextEncoder().encode(text);
  let sum = -1;
  for (let i = 0; i < bytes.length; i += 1) sum = TABLE[(sum ^ bytes[i]) & 255] ^ (sum >>> 8);
  return ((sum ^ -1) >>> 0).toString(16).padStart(8, "0");
}

export { checksum };

/** Array literals of PostgreSQL. Faster than a driver's serialisation, as each value is known not to need escaping or is text. */
export function quoted(text: string): string {
  return /["\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`
}

/** A bytea element; `null` is NULL. */
export function hexBytes(bytes: Uint8Array | null): string {
  return bytes === null
    ? 'null'
    : `"\\\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}"`
}

/** `{a,b,c}` of elements that are literals already. */
export function arrayOf(elements: readonly (string | number | bigint)[]): string {
  return `{${elements.join(',')}}`
}

import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

export type Encoding = 'br' | 'gzip'

/** The body of a response, made once for any number of readers. */
export interface Payload {
  body: Buffer
  etag: string
  encoded: Partial<Record<Encoding, Promise<Buffer>>>
}

// Compressing smaller bodies takes more time than it saves.
const minCompressedBytes = 4096
const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
const compressors: Record<Encoding, (body: Buffer) => Promise<Buffer>> = {
  br: (body) => promisify(brotliCompress)(body, quick),
  gzip: (body) => promisify(gzip)(body, { level: 1 }),
}

/** Returns `previous` if its bytes are the same. The ETag is weak, because it is the same for every encoding. */
export function payloadOf(text: string, previous?: Payload): Payload {
  const body = Buffer.from(text)
  if (previous?.body.equals(body)) return previous
  return { body, etag: `W/"${createHash('sha1').update(body).digest('base64url')}"`, encoded: {} }
}

/** The compressed body, or undefined for a small one. Compressed once, when it is first requested. */
export function compressed({ body, encoded }: Payload, encoding: Encoding): Promise<Buffer> | undefined {
  return body.length < minCompressedBytes ? undefined : (encoded[encoding] ??= compressors[encoding](body))
}

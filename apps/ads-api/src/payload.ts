import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

export type Encoding = 'br' | 'gzip'

/** The bytes of an answer, made once for any number of readers. */
export interface Payload {
  body: Buffer
  etag: string
  encoded: Partial<Record<Encoding, Promise<Buffer>>>
}

// Below this, the reader's time to unpack and ours to pack are worth more than the bytes.
const worthPacking = 4096
const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
const packers: Record<Encoding, (body: Buffer) => Promise<Buffer>> = {
  br: (body) => promisify(brotliCompress)(body, quick),
  gzip: (body) => promisify(gzip)(body, { level: 1 }),
}

/** `previous` is taken over when its bytes are the same. The tag is weak: the same bytes have the same one, however they are packed. */
export function payloadOf(text: string, previous?: Payload): Payload {
  const body = Buffer.from(text)
  if (previous?.body.equals(body)) return previous
  return { body, etag: `W/"${createHash('sha1').update(body).digest('base64url')}"`, encoded: {} }
}

/** The body packed, or undefined when that does not pay. Packed once, by the first who asks. */
export function packed({ body, encoded }: Payload, encoding: Encoding): Promise<Buffer> | undefined {
  return body.length < worthPacking ? undefined : (encoded[encoding] ??= packers[encoding](body))
}

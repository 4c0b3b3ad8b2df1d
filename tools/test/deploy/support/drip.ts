import { connect } from 'node:net'

/**
 * Posts a body that never arrives whole: one byte each second. Resolves with the status of the answer, or with `closed`, and
 * with the milliseconds until then; 20 s at most.
 */
export function drip(port: number, path: string, length: number): Promise<{ status: string; ms: number }> {
  const began = performance.now()
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1').setEncoding('utf8')
    const writing = setInterval(() => socket.write(' '), 1000)
    const end = (status: string) => {
      clearInterval(writing)
      clearTimeout(limit)
      socket.destroy()
      resolve({ status, ms: performance.now() - began })
    }
    const limit = setTimeout(end, 20_000, 'no answer')
    socket.on('data', (text: string) => end(text.slice(9, 12)))
    socket.on('close', () => end('closed'))
    socket.on('error', () => end('closed'))
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: ads\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n{`,
    )
  })
}

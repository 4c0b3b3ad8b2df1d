// Opens many streams of live analytics and reads them; prints a line when all have begun. Ends when its input does.
import { connect } from 'node:net'

const { origin, readers } = JSON.parse(process.argv[2] ?? '{}') as { origin: string; readers: number }
const { hostname, port, host } = new URL(origin)
let begun = 0
for (let reader = 0; reader < readers; reader++) {
  const socket = connect(Number(port), hostname)
  socket.write(`GET /ads/analytics/live HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
  socket.once('data', (head: Buffer) => {
    if (!head.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(head.toString('latin1').slice(0, 500))
    begun += 1
    if (begun === readers) console.log('all have begun')
  })
  socket.resume()
}
process.stdin.resume().once('end', () => process.exit(0))

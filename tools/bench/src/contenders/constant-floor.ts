import Fastify from 'fastify'

// The floor of analytics: a route that sends the same bytes each time, as many as the real answer has.
const buffer = Buffer.alloc(Number(process.env.BYTES), ' ')
const app = Fastify()
app.get('/readyz', () => ({}))
app.get('/ads/analytics', (_request, reply) => reply.type('application/json; charset=utf-8').send(buffer))
process.on('SIGTERM', () => process.exit(0))
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })

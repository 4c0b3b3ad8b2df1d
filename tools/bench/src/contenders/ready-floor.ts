import Fastify from 'fastify'

// The floor of a start: what Fastify with one route needs on this machine, with nothing to connect to.
const app = Fastify()
app.get('/readyz', () => ({}))
process.on('SIGTERM', () => process.exit(0))
void app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })

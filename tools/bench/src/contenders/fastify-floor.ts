import { EventRequest } from '@ads-tracker/events'
import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import Fastify from 'fastify'

// The floor: what Fastify itself costs. It validates the same body, gives the same answer, and keeps nothing.
const compiled = TypeCompiler.Compile(Type.Object(EventRequest.properties))
const app = Fastify()
app.setValidatorCompiler(() => (value) => (compiled.Check(value) ? { value } : { error: new Error('not valid') }))
app.get('/readyz', () => ({}))
const schema = {
  body: EventRequest,
  response: { 202: Type.Object({ message: Type.String(), event_id: Type.String() }) },
}
app.post<{ Body: { event_id: string } }>('/ads/click', { schema }, async (request, reply) => {
  reply.code(202)
  return { message: 'Click event received', event_id: request.body.event_id }
})
process.on('SIGTERM', () => process.exit(0))
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })

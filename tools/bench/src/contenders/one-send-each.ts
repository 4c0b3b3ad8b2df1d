import { encodeEvent, EventRequest, eventHeaders, parseEventRequest, topicNames } from '@ads-tracker/events'
import { Type } from '@sinclair/typebox'
import Fastify from 'fastify'
import { Kafka, logLevel } from 'kafkajs-unpatched'

// What one writes first: the same event with the same guarantee, one send for each request, by kafkajs as it comes.
const kafka = new Kafka({
  clientId: 'one-send-each',
  brokers: [process.env.KAFKA_BROKERS ?? ''],
  logLevel: logLevel.ERROR,
})
const topic = topicNames(process.env.TOPIC_PREFIX).click
const producer = kafka.producer({ allowAutoTopicCreation: false })
await producer.connect()
const app = Fastify()
app.get('/readyz', () => ({}))
const schema = { response: { 202: Type.Object({ message: Type.String(), event_id: Type.String() }) } }
app.setValidatorCompiler(() => (value) => ({ value }))
app.post('/ads/click', { schema: { ...schema, body: EventRequest } }, async (request, reply) => {
  const parsed = parseEventRequest(request.body, {
    receivedAt: Date.now(),
    ip: request.ip,
    userAgent: request.headers['user-agent'],
  })
  if ('errors' in parsed) throw new Error('not valid')
  const { event } = parsed
  await producer.send({
    topic,
    acks: -1,
    messages: [{ key: event.event_id, value: encodeEvent(event), headers: eventHeaders(request.id) }],
  })
  reply.code(202)
  return { message: 'Click event received', event_id: event.event_id }
})
process.on('SIGTERM', () => process.exit(0))
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })

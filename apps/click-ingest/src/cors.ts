import cors from '@fastify/cors'
import type { App } from '@ads-tracker/service-kit'
import type { Config } from './config.ts'

const dayInSeconds = 24 * 60 * 60

/** Lets pages of other origins record events (the Fetch standard's CORS protocol). Nothing that identifies a person is asked for, so cookies stay out. */
export async function allowOrigins(app: App, { CORS_ORIGINS }: Pick<Config, 'CORS_ORIGINS'>) {
  if (CORS_ORIGINS === '') return
  await app.register(cors, {
    origin: CORS_ORIGINS === '*' ? '*' : CORS_ORIGINS.split(',').map((origin) => origin.trim()),
    methods: ['POST'],
    allowedHeaders: ['content-type', 'idempotency-key'],
    exposedHeaders: ['retry-after'],
    maxAge: dayInSeconds,
  })
}

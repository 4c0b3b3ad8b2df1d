import { readFileSync } from 'node:fs'
import type { Tls } from '@ads-tracker/data'
import type { Config } from './config.ts'

export function databaseTls({ DATABASE_TLS, DATABASE_TLS_CA_FILE }: Pick<Config, 'DATABASE_TLS' | 'DATABASE_TLS_CA_FILE'>): Tls {
  return DATABASE_TLS && DATABASE_TLS_CA_FILE ? { ca: readFileSync(DATABASE_TLS_CA_FILE, 'utf8') } : DATABASE_TLS
}

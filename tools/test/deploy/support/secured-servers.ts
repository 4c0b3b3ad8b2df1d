import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort, startKafka, startPostgres, workspace } from '@ads-tracker/local-servers'
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } from 'kafkajs'
import type { Certificates } from './certificates.ts'
import postgres from 'postgres'
import { command } from './command.ts'

interface Rule {
  principal: string
  resource: 'topic' | 'group'
  name: string
  operations: string[]
}

/** A PostgreSQL that takes nobody without TLS. */
export async function startSecuredPostgres(dir: string, { key, certificate, ca }: Certificates) {
  const [keyFile, certificateFile, hba] = ['postgres.key', 'postgres.pem', 'pg_hba.conf'].map((name) =>
    join(dir, name),
  ) as [string, string, string]
  await command('install', [...forPostgres, '-m', '600', key, keyFile])
  await command('install', [...forPostgres, '-m', '644', certificate, certificateFile])
  const onlyTls = 'hostssl all all 127.0.0.1/32 scram-sha-256\n'
  // in the clear for its start, which asks in the clear whether it answers
  writeFileSync(hba, `${onlyTls}hostnossl all ads 127.0.0.1/32 scram-sha-256\n`)
  chmodSync(hba, 0o644)
  const settings = { ssl: 'on', ssl_key_file: keyFile, ssl_cert_file: certificateFile, hba_file: hba }
  const server = await startPostgres({
    dir: join(dir, 'postgres'),
    port: await freePort(),
    endsWithParent: true,
    settings,
  })
  writeFileSync(hba, onlyTls)
  const owner = postgres(server.url, { max: 1, ssl: { ca: readFileSync(ca) } })
  await owner`select pg_reload_conf()`
  await owner.end()
  while (await letsIn(server.url)) await pause(20)
  return server
}

async function letsIn(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1 })
  return sql`select 1`
    .then(
      () => true,
      () => false,
    )
    .finally(() => sql.end())
}

const forPostgres = process.getuid?.() === 0 ? ['-o', 'postgres'] : []

/** A Kafka whose users come by SASL and TLS and may do what docker/kafka/acls.json says; `passwords` are by user. */
export async function startSecuredKafka(dir: string, { keystore }: Certificates, passwords: Record<string, string>) {
  const [port, controllerPort, securePort] = [await freePort(), await freePort(), await freePort()]
  const users = Object.entries(passwords)
    .map(([user, password]) => `user_${user}="${password}"`)
    .join(' ')
  const settings = {
    // the plain one is the test's own, as an operator
    listeners: `PLAINTEXT://127.0.0.1:${port},SASL_SSL://127.0.0.1:${securePort},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},SASL_SSL://127.0.0.1:${securePort}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.sasl_ssl.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required ${users};`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    'allow.everyone.if.no.acl.found': 'false',
  }
  const server = await startKafka({ dir: join(dir, 'kafka'), port, controllerPort, endsWithParent: true, settings })
  await allow([server.brokers], JSON.parse(readFileSync(join(workspace, 'docker/kafka/acls.json'), 'utf8')))
  return { ...server, secured: `127.0.0.1:${securePort}` }
}

async function allow(brokers: string[], rules: Rule[]): Promise<void> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const acl = rules.flatMap(({ principal, resource, name, operations }) =>
    operations.map((operation) => ({
      principal,
      host: '*',
      resourceType: AclResourceTypes[resource === 'topic' ? 'TOPIC' : 'GROUP'],
      resourceName: name,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      operation: AclOperationTypes[constant(operation)],
      permissionType: AclPermissionTypes.ALLOW,
    })),
  )
  await admin.createAcls({ acl })
  await admin.disconnect()
}

// AlterConfigs is ALTER_CONFIGS
const constant = (operation: string) =>
  operation.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase() as keyof typeof AclOperationTypes

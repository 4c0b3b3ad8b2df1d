import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command } from './command.ts'

export interface Certificates {
  /** Files, PEM. */
  ca: string
  key: string
  certificate: string
  /** Key and certificates in one, as Kafka takes them. */
  keystore: string
}

/** An authority, and a certificate of it for the servers on 127.0.0.1, in `folder`. */
export async function makeCertificates(folder: string, name = 'server'): Promise<Certificates> {
  const file = (suffix: string) => join(folder, `${name}${suffix}`)
  const openssl = (line: string) => command('openssl', line.split(' '), { cwd: folder })
  const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'
  await openssl(`req -x509 ${newKey} -subj /CN=${name}-authority -keyout ${name}-ca.key -out ${name}-ca.pem`)
  await openssl(`req ${newKey} -subj /CN=127.0.0.1 -keyout ${name}.key -out ${name}.csr`)
  writeFileSync(file('.ext'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n')
  const authority = `-CA ${name}-ca.pem -CAkey ${name}-ca.key`
  await openssl(`x509 -req -in ${name}.csr ${authority} -days 2 -extfile ${name}.ext -out ${name}.pem`)
  const parts = ['.key', '.pem', '-ca.pem'].map((suffix) => readFileSync(file(suffix), 'utf8'))
  writeFileSync(file('-store.pem'), parts.join(''))
  return { ca: file('-ca.pem'), key: file('.key'), certificate: file('.pem'), keystore: file('-store.pem') }
}

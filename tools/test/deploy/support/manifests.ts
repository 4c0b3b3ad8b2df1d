import { join } from 'node:path'
import { workspace } from '@ads-tracker/local-servers'
import { parseAllDocuments } from 'yaml'
import { attempt, command } from './command.ts'

interface Container {
  name: string
  image: string
  env: { name: string; value: string }[]
  livenessProbe: { httpGet: { path: string } }
  readinessProbe: { httpGet: { path: string } }
  lifecycle?: { preStop: { sleep: { seconds: number } } }
  resources: { requests: Record<string, string>; limits: Record<string, string> }
  securityContext: Record<string, unknown>
}

export interface Manifest {
  kind: string
  metadata: { name: string; namespace?: string }
  spec: {
    podSelector?: { matchLabels?: Record<string, string> }
    egress?: { to: { podSelector?: { matchLabels: Record<string, string> } }[]; ports: { port: number }[] }[]
    ingress?: { from: { podSelector?: { matchLabels: Record<string, string> } }[] }[]
    template?: {
      spec: {
        containers: Container[]
        terminationGracePeriodSeconds: number
        securityContext: Record<string, unknown>
        automountServiceAccountToken: boolean
      }
    }
  }
}

/** What `kubectl apply -k docker/<folder>` would send; by kubectl where there is one, else by kustomize through Go. */
export async function build(folder: string): Promise<{ text: string; manifests: Manifest[] }> {
  const path = join(workspace, 'docker', folder)
  const { code, output } = await attempt('kubectl', ['kustomize', path])
  const text =
    code === 0 ? output : await command('go', ['run', 'sigs.k8s.io/kustomize/kustomize/v5@v5.5.0', 'build', path])
  return { text, manifests: parseAllDocuments(text).map((document) => document.toJS() as Manifest) }
}

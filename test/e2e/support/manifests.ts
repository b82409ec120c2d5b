import { images } from './images.ts';

/** What Pod Security `restricted` asks of a container. */
export const restricted: object = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true };
/** What it asks of a pod. */
export const restrictedPod: object = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };

/** A Deployment of one pod that runs `command` and listens on 8080, and its Service on port 80. */
export function toServer(name: string, command: readonly string[]): readonly object[] {
  const labels = { app: name };
  const container = {
    name,
    image: images.programs,
    command,
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { tcpSocket: { port: 'http' }, periodSeconds: 1 },
    securityContext: restricted,
  };
  const spec = { containers: [container], securityContext: restrictedPod, terminationGracePeriodSeconds: 1 };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
  ];
}

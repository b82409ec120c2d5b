{{- /* Helm adds its own label, app.kubernetes.io/managed-by. */}}
{{- define "labels" -}}
app.kubernetes.io/name: switchyard
app.kubernetes.io/part-of: switchyard
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{- define "manager.selector" -}}
app.kubernetes.io/name: switchyard
app.kubernetes.io/component: manager
{{- end }}

{{- define "watchdog.selector" -}}
app.kubernetes.io/name: switchyard
app.kubernetes.io/component: watchdog
{{- end }}

{{- /* What every pod here has in common: what Pod Security `restricted` asks for, and more. */}}
{{- define "pod" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  seccompProfile: { type: RuntimeDefault }
enableServiceLinks: false
{{- range $field := list "imagePullSecrets" "nodeSelector" "priorityClassName" }}
{{- with get $.Values $field }}
{{ $field }}: {{ toJson . }}
{{- end }}
{{- end }}
tolerations:
  # A dead node takes its pods along in a quarter of a minute; Kubernetes would wait five.
  - { key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 15 }
  - { key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 15 }
  {{- with .Values.tolerations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "container" -}}
image: {{ printf "%s:%s" .Values.image.repository .Values.image.tag | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
# The heap may have half of the memory limit; the rest is for buffers, which are outside of it.
command: [node, --max-old-space-size-percentage=50, /app/switchyard-manager.js]
env:
  - { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
  - { name: POD_NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }
  - { name: POD_IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{- /* The watchdog and the job never take part in a mesh: a job whose sidecar goes on does not end. */}}
{{- define "mesh.out.labels" -}}
sidecar.istio.io/inject: 'false'
{{- end }}

{{- define "mesh.out.annotations" -}}
linkerd.io/inject: disabled
{{- end }}

{{- define "mesh.labels" -}}
{{- if not .Values.mesh.sidecars }}{{ include "mesh.out.labels" . }}{{ end }}
{{- end }}

{{- define "mesh.annotations" -}}
{{- if not .Values.mesh.sidecars }}{{ include "mesh.out.annotations" . }}{{ end }}
{{- end }}

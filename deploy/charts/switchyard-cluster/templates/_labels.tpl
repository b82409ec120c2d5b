{{- /* Helm adds its own label, app.kubernetes.io/managed-by. */}}
{{- define "labels" -}}
app.kubernetes.io/name: switchyard
app.kubernetes.io/part-of: switchyard
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{- define "labels" -}}
app.kubernetes.io/name: switchyard
app.kubernetes.io/part-of: switchyard
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- if ne .Release.Service "manifests" }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
{{- end }}

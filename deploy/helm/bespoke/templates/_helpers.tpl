{{- define "bespoke.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* What selects the pods of a component: (dict "root" $ "component" NAME) */}}
{{- define "bespoke.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "bespoke.labels" -}}
{{ include "bespoke.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* What each worker app is for; libs/platform/messaging has the same catalogue and a test compares them. */}}
{{- define "bespoke.stages" -}}
fragmenter:
  stage: fragmentation
  anyProgram: [fragment]
  byProgram: [fragment]
qc-compute:
  stage: qc-generation
  anyProgram: [conformers]
  byProgram: [parent-check, constrained-optimization, single-point]
optimizer:
  stage: optimization
  anyProgram: [group-fragments, fit-parameters, write-force-field]
  byProgram: [fit-parameters]
{{- end }}

{{/* The durable consumers that feed a pool, as a JSON array: (dict "app" NAME "pool" VALUES) */}}
{{- define "bespoke.consumers" -}}
{{- $stage := get (include "bespoke.stages" . | fromYaml) .app }}
{{- $consumers := list }}
{{- $programs := list }}
{{- range .pool.engines }}
{{- $programs = append $programs (regexReplaceAll "[^A-Za-z0-9-]" (printf "%s-%s" .program .version) "_") }}
{{- end }}
{{- range $lane := list "interactive" "normal" "bulk" }}
{{- range $kind := $stage.anyProgram }}
{{- $consumers = append $consumers (printf "%s_any_%s" $kind $lane) }}
{{- end }}
{{- range $kind := $stage.byProgram }}{{ range $program := $programs }}
{{- $consumers = append $consumers (printf "%s_%s_%s" $kind $program $lane) }}
{{- end }}{{ end }}
{{- end }}
{{- $consumers | toJson }}
{{- end }}

{{/* BESPOKE_POOLS: what the gateway may promise although no worker is up. */}}
{{- define "bespoke.pools" -}}
{{- $stages := include "bespoke.stages" . | fromYaml }}
{{- $pools := list }}
{{- range $app, $pool := .Values.workers }}
{{- $pools = append $pools (dict "stage" (get $stages $app).stage "engines" $pool.engines) }}
{{- end }}
{{- $pools | toJson }}
{{- end }}

{{- define "bespoke.natsUrl" -}}
{{- .Values.nats.external.url | default (printf "nats://%s-nats:4222" (include "bespoke.fullname" .)) }}
{{- end }}

{{- define "bespoke.natsMonitoring" -}}
{{- if .Values.nats.external.url }}
{{- required "nats.external.monitoring (host:port) is needed for autoscaling on an external NATS" .Values.nats.external.monitoring }}
{{- else }}
{{- printf "%s-nats-headless.%s.svc.cluster.local:8222" (include "bespoke.fullname" .) .Release.Namespace }}
{{- end }}
{{- end }}

{{- define "bespoke.natsSecret" -}}
{{- .Values.nats.auth.existingSecret | default (printf "%s-nats-token" (include "bespoke.fullname" .)) }}
{{- end }}

{{- define "bespoke.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "bespoke.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Half a GB on top of what tasks may use is the app's own. */}}
{{- define "bespoke.workerMemory" -}}
{{- printf "%dM" (add (mulf .memoryGB 1000 | int) 500) }}
{{- end }}

{{/* The pod of an app: (dict "root" $ "app" NAME "values" VALUES "memory" QUANTITY "args" LIST "env" LIST "scratch" QUANTITY) */}}
{{- define "bespoke.pod" -}}
{{- $root := .root }}
metadata:
  labels: {{- include "bespoke.labels" (dict "root" $root "component" .app) | nindent 4 }}
spec:
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext: {{- include "bespoke.podSecurity" . | nindent 4 }}
  terminationGracePeriodSeconds: {{ .grace }}
  {{- with $root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with .values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "bespoke.selector" (dict "root" $root "component" .app) | nindent 10 }}
  containers:
    - name: {{ .app }}
      image: {{ printf "%s/%s:%s" $root.Values.image.prefix .app ($root.Values.image.tag | default $root.Chart.AppVersion) }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      {{- with .args }}
      args: {{ toJson . }}
      {{- end }}
      env:
        - name: BESPOKE_HOST
          value: 0.0.0.0
        - name: BESPOKE_PORT
          value: '8080'
        - name: BESPOKE_NATS_URL
          value: {{ include "bespoke.natsUrl" $root }}
        - name: BESPOKE_NATS_TOKEN_FILE
          value: /run/secrets/bespoke/token
        - name: BESPOKE_SCRATCH
          value: /scratch
        - name: TMPDIR
          value: /scratch
        {{- with .env }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - name: http
          containerPort: 8080
      # Alive: the event loop turns. Ready: NATS answers as well.
      livenessProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /health/ready, port: http }
        periodSeconds: 5
        timeoutSeconds: 5
      startupProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 2
        failureThreshold: 60
      resources:
        requests: { cpu: {{ .values.cores | quote }}, memory: {{ .memory }} }
        limits: { cpu: {{ .values.cores | quote }}, memory: {{ .memory }} }
      securityContext: {{- include "bespoke.containerSecurity" . | nindent 8 }}
      volumeMounts:
        - { name: scratch, mountPath: /scratch }
        - { name: nats-token, mountPath: /run/secrets/bespoke, readOnly: true }
  volumes:
    - name: scratch
      emptyDir: { sizeLimit: {{ .scratch }} }
    - name: nats-token
      secret:
        secretName: {{ include "bespoke.natsSecret" $root }}
        items: [{ key: token, path: token }]
        defaultMode: 0440
{{- end }}

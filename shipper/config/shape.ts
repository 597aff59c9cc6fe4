/** The configuration as the program has it: checked, units read, defaults filled in, frozen. docs/configuration.md says what each key does. */
import type { Severity } from '../events/event.ts'
import type { RuleSettings } from '../scan/rule.ts'
import type { Level } from '../terms/level.ts'
import type { TriggerSettings } from '../triggers/trigger.ts'

export interface SourceConfig {
  readonly path: readonly string[]
  readonly exclude: readonly string[]
  /** A format's name, or auto. */
  readonly format: string
  readonly timezone: string
  readonly service: string | undefined
  readonly node: string | undefined
  readonly env: string | undefined
  readonly level: Level | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly framing: 'auto' | 'lines' | 'docker' | 'cri' | 'journal'
  readonly multiline: 'auto' | 'off'
  readonly max_line_bytes: number
  readonly from: 'start' | 'end'
}

export interface Address {
  readonly host: string
  readonly port: number
}

/** Of what listens: its certificate and key, and the authority of its senders' certificates when they need any. */
export interface ListenTls {
  readonly cert_file: string
  readonly key_file: string
  readonly client_ca_file: string | undefined
}

/** Each undefined: off. */
export interface InputsConfig {
  readonly syslog:
    | {
        readonly tcp: Address | undefined
        readonly udp: Address | undefined
        readonly max_connections: number
        readonly max_message_bytes: number
        readonly idle_timeout_ms: number
        readonly tls: ListenTls | undefined
      }
    | undefined
  readonly push:
    | {
        readonly listen: Address
        readonly bearer_token: string | undefined
        readonly max_body_bytes: number
        readonly max_unpacked_bytes: number
        readonly tls: ListenTls | undefined
      }
    | undefined
  readonly docker: { readonly socket: string; readonly from: 'start' | 'end' } | undefined
}

export interface KubernetesConfig {
  /** Without a slash at its end. */
  readonly api: string
  readonly node: string
  /** Labels of pods that become fields, each under a name of its own. */
  readonly labels: readonly { readonly label: string; readonly field: string }[]
  readonly token_file: string
  readonly ca_file: string
}

export interface LokiConfig {
  /** Without user, password, slash at the end and push path. */
  readonly url: string
  readonly tenant: string | undefined
  readonly basic_auth: { readonly username: string; readonly password: string } | undefined
  readonly bearer_token: string | undefined
  /** Read by the client, again when Loki says 401: tokens rotate. */
  readonly bearer_token_file: string | undefined
  /** Paths of PEM files. */
  readonly tls: {
    readonly ca_file: string | undefined
    readonly cert_file: string | undefined
    readonly key_file: string | undefined
    readonly insecure_skip_verify: boolean
  }
  readonly timeout_ms: number
  readonly headers: Readonly<Record<string, string>>
}

/** Rules over the stream; what they find, and whom it is told. */
export interface ScanConfig {
  readonly folder: string
  readonly rules: readonly RuleSettings[]
  readonly rules_folder: string | undefined
  readonly bucket: { readonly burst: number; readonly per_minute: number }
  readonly events: { readonly max_age_ms: number; readonly max_bytes: number }
  /** undefined: off. */
  readonly patterns:
    | {
        readonly max_patterns: number
        readonly new_severity: Severity
        readonly spike_factor: number
        readonly settle_ms: number
      }
    | undefined
  readonly triggers: readonly TriggerSettings[]
  /** Networks as written (10.0.0.0/8), or all. */
  readonly targets: { readonly allow_private: readonly string[] }
}

export interface AdminConfig {
  /** undefined: off. */
  readonly listen: Address | undefined
  /** undefined: one is made. */
  readonly bearer_token: string | undefined
  readonly requests_per_minute: number
  readonly max_body_bytes: number
}

export interface Config {
  readonly loki: LokiConfig
  readonly sources: readonly SourceConfig[]
  readonly inputs: InputsConfig
  /** undefined: off. */
  readonly kubernetes: KubernetesConfig | undefined
  readonly spool: { readonly folder: string; readonly max_bytes: number }
  readonly labels: { readonly allow: readonly string[]; readonly max_values_per_label: number }
  readonly batch: { readonly max_bytes: number; readonly max_entries: number; readonly max_wait_ms: number }
  readonly push: {
    readonly encoding: 'auto' | 'protobuf' | 'json'
    readonly compression: 'auto' | 'none'
    /** Bytes per second; auto: under Loki's default limit, none on loopback; undefined: no limit. */
    readonly rate_limit_bytes: number | 'auto' | undefined
    /** give_up_after_ms undefined: never. */
    readonly retry: { readonly min_ms: number; readonly max_ms: number; readonly give_up_after_ms: number | undefined }
    readonly out_of_window: 'clamp' | 'reject'
    /** undefined: off. */
    readonly dead_letter: string | undefined
  }
  readonly redact: {
    readonly enabled: boolean
    readonly allow: readonly string[]
    readonly disable: readonly string[]
    readonly rules: readonly { readonly name: string; readonly pattern: string; readonly keywords: readonly string[] }[]
  }
  /** undefined: off. */
  readonly scan: ScanConfig | undefined
  readonly admin: AdminConfig
  readonly positions: { readonly file: string; readonly every_ms: number }
  readonly timezone: string
  readonly env: string | undefined
  readonly line: 'json' | 'logfmt' | 'original'
  readonly shutdown_deadline_ms: number
  readonly telemetry: {
    /** undefined: off. */
    readonly listen: { readonly host: string; readonly port: number } | undefined
    readonly log_level: 'debug' | 'info' | 'warn' | 'error'
    readonly log_format: 'logfmt' | 'json'
  }
}

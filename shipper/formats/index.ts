/**
 * The list of formats, in detection order: those with marks of their own first, layouts that differ in details behind
 * them, the general ones last. Add a format: its file, its import and entry here, its samples in test/formats/.
 */
import { airflow } from './airflow.ts'
import { ansible } from './ansible.ts'
import { apacheError } from './apache-error.ts'
import { auditd } from './auditd.ts'
import { awsElb } from './aws-elb.ts'
import { awsS3 } from './aws-s3.ts'
import { bluegene } from './bluegene.ts'
import { bunyan } from './bunyan.ts'
import { caddy } from './caddy.ts'
import { capnslog } from './capnslog.ts'
import { cef } from './cef.ts'
import { celery } from './celery.ts'
import { ceph } from './ceph.ts'
import { chromium } from './chromium.ts'
import { clef } from './clef.ts'
import { clickhouse } from './clickhouse.ts'
import { cmtrace } from './cmtrace.ts'
import { comware } from './comware.ts'
import { coredns } from './coredns.ts'
import { couchbase } from './couchbase.ts'
import { cups } from './cups.ts'
import { detector } from './detect.ts'
import { dmesg } from './dmesg.ts'
import { dotnetConsole } from './dotnet-console.ts'
import { dotnetJson } from './dotnet-json.ts'
import { ecs } from './ecs.ts'
import { elixir } from './elixir.ts'
import { envLogger } from './env-logger.ts'
import { envoy } from './envoy.ts'
import { erlang } from './erlang.ts'
import { espIdf } from './esp-idf.ts'
import { evt } from './evt.ts'
import { fail2ban } from './fail2ban.ts'
import type { Format } from './format.ts'
import { gelf } from './gelf.ts'
import { general } from './general.ts'
import { geth } from './geth.ts'
import { gin } from './gin.ts'
import { glib } from './glib.ts'
import { goLog } from './go-log.ts'
import { googleCloud } from './google-cloud.ts'
import { gunicorn } from './gunicorn.ts'
import { hadoop } from './hadoop.ts'
import { haproxy } from './haproxy.ts'
import { hclog } from './hclog.ts'
import { healthapp } from './healthapp.ts'
import { hpcCluster } from './hpc-cluster.ts'
import { httpAccess } from './http-access.ts'
import { icinga } from './icinga.ts'
import { iis } from './iis.ts'
import { javaUtilLogging } from './java-util-logging.ts'
import { jira } from './jira.ts'
import { journald } from './journald.ts'
import { json } from './json.ts'
import { klog } from './klog.ts'
import { leef } from './leef.ts'
import { log4j } from './log4j.ts'
import { log4jJson } from './log4j-json.ts'
import { logback } from './logback.ts'
import { logbackJson } from './logback-json.ts'
import { logcat } from './logcat.ts'
import { logfmt } from './logfmt.ts'
import { lograge } from './lograge.ts'
import { logrus } from './logrus.ts'
import { logrusConsole } from './logrus-console.ts'
import { logstash } from './logstash.ts'
import { loguru } from './loguru.ts'
import { lsf } from './lsf.ts'
import { macosLog } from './macos-log.ts'
import { mikrotik } from './mikrotik.ts'
import { mongodb } from './mongodb.ts'
import { monolog } from './monolog.ts'
import { monologJson } from './monolog-json.ts'
import { mysql } from './mysql.ts'
import { mysqlSlow } from './mysql-slow.ts'
import { nagios } from './nagios.ts'
import { nest } from './nest.ts'
import { nextcloud } from './nextcloud.ts'
import { nginxError } from './nginx-error.ts'
import { nlog } from './nlog.ts'
import { openTelemetry } from './open-telemetry.ts'
import { openldap } from './openldap.ts'
import { openstack } from './openstack.ts'
import { openvpn } from './openvpn.ts'
import { ossec } from './ossec.ts'
import { php } from './php.ts'
import { pino } from './pino.ts'
import { pinoPretty } from './pino-pretty.ts'
import { plain } from './plain.ts'
import { postgresql } from './postgresql.ts'
import { postgresqlCsv } from './postgresql-csv.ts'
import { postgresqlJson } from './postgresql-json.ts'
import { proxifier } from './proxifier.ts'
import { pythonJson } from './python-json.ts'
import { pythonLogging } from './python-logging.ts'
import { rails } from './rails.ts'
import { redis } from './redis.ts'
import { ros } from './ros.ts'
import { sapHana } from './sap-hana.ts'
import { serilogConsole } from './serilog-console.ts'
import { sidekiq } from './sidekiq.ts'
import { slog } from './slog.ts'
import { slurm } from './slurm.ts'
import { springBoot } from './spring-boot.ts'
import { squid } from './squid.ts'
import { stackTrace } from './stack-trace.ts'
import { structlog } from './structlog.ts'
import { structlogConsole } from './structlog-console.ts'
import { supercomputerSyslog } from './supercomputer-syslog.ts'
import { syslogRfc3164 } from './syslog-rfc3164.ts'
import { syslogRfc5424 } from './syslog-rfc5424.ts'
import { tai64n } from './tai64n.ts'
import { telegraf } from './telegraf.ts'
import { tomcat } from './tomcat.ts'
import { tracing } from './tracing.ts'
import { tracingJson } from './tracing-json.ts'
import { traefikAccess } from './traefik-access.ts'
import { traefikJson } from './traefik-json.ts'
import { uvicorn } from './uvicorn.ts'
import { websphere } from './websphere.ts'
import { wildfly } from './wildfly.ts'
import { windowsEventXml } from './windows-event-xml.ts'
import { windowsServicing } from './windows-servicing.ts'
import { winston } from './winston.ts'
import { winstonConsole } from './winston-console.ts'
import { xorg } from './xorg.ts'
import { zap } from './zap.ts'
import { zapConsole } from './zap-console.ts'
import { zerolog } from './zerolog.ts'
import { zerologConsole } from './zerolog-console.ts'
import { zookeeper } from './zookeeper.ts'

export const formats = [
  evt,
  pino,
  klog,
  syslogRfc5424,
  httpAccess,
  traefikAccess,
  haproxy,
  caddy,
  nginxError,
  apacheError,
  postgresqlCsv,
  postgresql,
  mysql,
  mysqlSlow,
  redis,
  monolog,
  rails,
  lograge,
  sidekiq,
  zookeeper,
  hadoop,
  springBoot,
  log4j,
  logback,
  wildfly,
  tomcat,
  javaUtilLogging,
  serilogConsole,
  nlog,
  dotnetConsole,
  gunicorn,
  uvicorn,
  airflow,
  celery,
  structlogConsole,
  pythonLogging,
  tracing,
  envLogger,
  pinoPretty,
  nest,
  winstonConsole,
  elixir,
  erlang,
  ansible,
  auditd,
  awsElb,
  awsS3,
  bluegene,
  bunyan,
  capnslog,
  cef,
  ceph,
  clef,
  clickhouse,
  coredns,
  dmesg,
  dotnetJson,
  ecs,
  envoy,
  fail2ban,
  gelf,
  gin,
  googleCloud,
  hclog,
  healthapp,
  hpcCluster,
  iis,
  journald,
  leef,
  log4jJson,
  logbackJson,
  logcat,
  macosLog,
  logrus,
  logrusConsole,
  logstash,
  loguru,
  mongodb,
  monologJson,
  nagios,
  nextcloud,
  openTelemetry,
  openstack,
  openvpn,
  php,
  postgresqlJson,
  proxifier,
  pythonJson,
  slog,
  slurm,
  squid,
  structlog,
  supercomputerSyslog,
  tracingJson,
  traefikJson,
  windowsEventXml,
  windowsServicing,
  winston,
  xorg,
  zap,
  zapConsole,
  zerolog,
  zerologConsole,
  chromium,
  cmtrace,
  comware,
  couchbase,
  cups,
  espIdf,
  geth,
  glib,
  icinga,
  jira,
  lsf,
  mikrotik,
  openldap,
  ossec,
  ros,
  sapHana,
  tai64n,
  telegraf,
  websphere,
  syslogRfc3164,
  goLog,
  stackTrace,
  logfmt,
  json,
  general,
  plain,
] as const satisfies readonly Format[]

export type FormatName = (typeof formats)[number]['name']

export { createMemory, type DetectMemory, stripColours } from './detect.ts'

export const detect = detector(formats)

const named = new Map<string, Format>(formats.map((format) => [format.name, format]))

export function byName(name: string): Format | undefined {
  return named.get(name)
}

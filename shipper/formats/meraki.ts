import { shaped } from './shaped.ts'

/** `1673516966.834663913 FW_MX_01 events dhcp lease of ip …`: Cisco Meraki's syslog, an epoch instead of a time. */
export const meraki = shaped({
  name: 'meraki',
  title: 'Cisco Meraki',
  starts: '0-9',
  guard: (head) => head.charCodeAt(10) === 0x2e,
  pattern:
    /^(\d{10}\.\d{3,9}) ([\w.-]{1,80}) (events|urls|flows|firewall|vpn_firewall|cellular_firewall|ip_flow_start|ip_flow_end|ids-alerts|security_event|security_filtering_file_scanned|airmarshal_events|l7_firewall|bridge_anyconnect_client_vpn_firewall) (.*)$/,
  columns: ['@time', 'host', 'node', 'message'],
  pairs: true,
})

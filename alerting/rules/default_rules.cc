#include "alerting/rules/default_rules.h"

namespace vedette::rules {

const std::string_view kDefaultRules =
    R"yaml(# The alerts that Vedette evaluates when no rule file is given. To change one, copy this file, edit the
# copy and name it under rule_files in the configuration: these are then left out.
groups:
- name: vedette-defaults
  interval: 30s
  rules:
  - alert: HostDown
    expr: up{job="node"} == 0
    for: 2m
    labels: {severity: critical}
    annotations:
      summary: '{{ $labels.instance }} is down'
      description: 'No answer from the node exporter of {{ $labels.instance }} for 2 minutes.'
  - alert: DiskSpaceCritical
    expr: |
      node_filesystem_avail_bytes{mountpoint="/",fstype!~"tmpfs|ramfs|rootfs"}
        / node_filesystem_size_bytes{mountpoint="/",fstype!~"tmpfs|ramfs|rootfs"} < 0.10
    for: 5m
    labels: {severity: critical}
    annotations:
      summary: '{{ $labels.instance }}: {{ $value | humanizePercentage }} left on /'
  - alert: HighCPUUsage
    expr: 1 - avg by (instance, job, host) (rate(node_cpu_seconds_total{mode="idle"}[5m])) > 0.90
    for: 5m
    keep_firing_for: 2m
    labels: {severity: warning}
    annotations:
      summary: '{{ $labels.instance }}: CPU at {{ $value | humanizePercentage }}'
  - alert: HighMemoryUsage
    expr: 1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes > 0.90
    for: 5m
    keep_firing_for: 2m
    labels: {severity: warning}
    annotations:
      summary: '{{ $labels.instance }}: memory at {{ $value | humanizePercentage }}'
  - alert: ServiceDown
    expr: up{job!="node"} == 0
    for: 2m
    labels: {severity: critical}
    annotations:
      summary: '{{ $labels.job }} on {{ $labels.instance }} is down'
)yaml";

}  // namespace vedette::rules

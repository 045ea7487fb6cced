"""One host: what node-exporter dashboards show first, then a collapsed row a subject."""
from layout import ORANGE, RED, board, gauge, graph, log_graph, logs, query_variable, row, stat, table

H = 'instance="$instance",job="$job"'
CPU = f"node_cpu_seconds_total{{{H}}}"
ROOT, NOT_LO, FAILED = 'mountpoint="/"', 'device!="lo"', 'state="failed"'
FS = f'{{{H},fstype!~"tmpfs|ramfs|squashfs"}}'


def m(name, extra=""):
    return f"{name}{{{H}{',' + extra if extra else ''}}}"


def rate(name, extra=""):
    return f"rate({m(name, extra)}[$__rate_interval])"


BUSY = f'1 - avg(rate(node_cpu_seconds_total{{{H},mode="idle"}}[$__rate_interval]))'
FIRST = row("At a glance", [
    gauge("CPU pressure", rate("node_pressure_cpu_waiting_seconds_total"),
          help_text="Share of the time in which something waited for a CPU (PSI)."),
    gauge("CPU busy", BUSY),
    gauge("Load", f'{m("node_load1")} / scalar(count(count by (cpu) ({CPU})))', thresholds=((1, ORANGE), (2, RED)), high=3,
          help_text="Load of the last minute by CPU."),
    gauge("Memory used", f'1 - {m("node_memory_MemAvailable_bytes")} / {m("node_memory_MemTotal_bytes")}'),
    gauge("Swap used", f'1 - {m("node_memory_SwapFree_bytes")} / ({m("node_memory_SwapTotal_bytes")} > 0)',
          thresholds=((0.25, ORANGE), (0.5, RED))),
    gauge("Root filesystem used", f'1 - {m("node_filesystem_avail_bytes", ROOT)} '
          f'/ {m("node_filesystem_size_bytes", ROOT)}'),
    stat("CPUs", f"count(count by (cpu) ({CPU}))"),
    stat("Uptime", f'{m("node_time_seconds")} - {m("node_boot_time_seconds")}', "s"),
])
SECOND = row("CPU, memory, network, disk", [
    graph("CPU", [(f'sum by (mode) (rate(node_cpu_seconds_total{{{H},mode!="idle"}}[$__rate_interval])) '
                   f'/ scalar(count(count by (cpu) ({CPU})))', "{{mode}}")], "percentunit", stack=True, low=0, high=1),
    graph("Memory", [
        (f'{m("node_memory_MemTotal_bytes")} - {m("node_memory_MemFree_bytes")} - {m("node_memory_Cached_bytes")} '
         f'- {m("node_memory_Buffers_bytes")} - {m("node_memory_SReclaimable_bytes")}', "used"),
        (f'{m("node_memory_Cached_bytes")} + {m("node_memory_Buffers_bytes")} + {m("node_memory_SReclaimable_bytes")}',
         "cache"),
        (m("node_memory_MemFree_bytes"), "free")], "bytes", stack=True, low=0),
    graph("Network", [(f'{rate("node_network_receive_bytes_total", NOT_LO)} * 8', "{{device}} in"),
                      (f'{rate("node_network_transmit_bytes_total", NOT_LO)} * 8', "{{device}} out")],
          "bps", negative="/out$/"),
    graph("Disk space used", [(f"1 - node_filesystem_avail_bytes{FS} / (node_filesystem_size_bytes{FS} > 0)",
                               "{{mountpoint}}")], "percentunit", low=0, high=1),
])
PRESSURE = row("Pressure and load", [
    graph("Pressure", [(rate("node_pressure_cpu_waiting_seconds_total"), "CPU"),
                       (rate("node_pressure_memory_waiting_seconds_total"), "memory"),
                       (rate("node_pressure_io_waiting_seconds_total"), "I/O")], "percentunit", low=0),
    graph("Load", [(m("node_load1"), "1 min"), (m("node_load5"), "5 min"), (m("node_load15"), "15 min")], low=0),
    graph("Processes", [(m("node_procs_running"), "running"), (m("node_procs_blocked"), "blocked on I/O")], low=0),
    graph("Context switches and interrupts", [(rate("node_context_switches_total"), "context switches"),
                                              (rate("node_intr_total"), "interrupts")], "ops", low=0),
], True)
MEMORY = row("Memory in detail", [
    graph("Active and inactive", [(m("node_memory_Active_bytes"), "active"), (m("node_memory_Inactive_bytes"), "inactive"),
                                  (m("node_memory_Dirty_bytes"), "dirty"), (m("node_memory_Slab_bytes"), "slab"),
                                  (m("node_memory_Committed_AS_bytes"), "committed")], "bytes", low=0),
    graph("Paging", [(rate("node_vmstat_pgmajfault"), "major faults"), (rate("node_vmstat_pswpin"), "swapped in"),
                     (rate("node_vmstat_pswpout"), "swapped out")], "ops", low=0),
    graph("Killed for lack of memory", [(f'increase({m("node_vmstat_oom_kill")}[$__rate_interval])', "OOM kills")], low=0),
], True)
DISKS = row("Disks", [
    graph("Operations", [(rate("node_disk_reads_completed_total"), "{{device}} read"),
                         (rate("node_disk_writes_completed_total"), "{{device}} written")], "iops", negative="/written$/"),
    graph("Throughput", [(rate("node_disk_read_bytes_total"), "{{device}} read"),
                         (rate("node_disk_written_bytes_total"), "{{device}} written")], "Bps", negative="/written$/"),
    graph("Mean wait", [
        (f'{rate("node_disk_read_time_seconds_total")} / ({rate("node_disk_reads_completed_total")} > 0)', "{{device}} read"),
        (f'{rate("node_disk_write_time_seconds_total")} / ({rate("node_disk_writes_completed_total")} > 0)', "{{device}} write")],
        "s", low=0),
    graph("Busy", [(rate("node_disk_io_time_seconds_total"), "{{device}}")], "percentunit", low=0),
], True)
FILESYSTEMS = row("Filesystems", [
    table("Mounts", [f"node_filesystem_size_bytes{FS}", f"node_filesystem_avail_bytes{FS}",
                     f"1 - node_filesystem_avail_bytes{FS} / (node_filesystem_size_bytes{FS} > 0)",
                     f"1 - node_filesystem_files_free{FS} / (node_filesystem_files{FS} > 0)"],
          {"mountpoint": "Mount", "device": "Device", "fstype": "Type", "Value #A": "Size", "Value #B": "Available",
           "Value #C": "Used", "Value #D": "Inodes used"},
          units={"Size": "bytes", "Available": "bytes", "Used": "percentunit", "Inodes used": "percentunit"}),
    graph("Inodes used", [(f"1 - node_filesystem_files_free{FS} / (node_filesystem_files{FS} > 0)", "{{mountpoint}}")],
          "percentunit", low=0, high=1),
    graph("Read-only or failing", [(f"node_filesystem_readonly{FS}", "{{mountpoint}} read-only"),
                                   (m("node_filesystem_device_error"), "{{mountpoint}} failing")], low=0, high=1),
], True)
NETWORK = row("Network in detail", [
    graph("Errors", [(rate("node_network_receive_errs_total"), "{{device}} in"),
                     (rate("node_network_transmit_errs_total"), "{{device}} out")], "pps", negative="/out$/"),
    graph("Dropped", [(rate("node_network_receive_drop_total"), "{{device}} in"),
                      (rate("node_network_transmit_drop_total"), "{{device}} out")], "pps", negative="/out$/"),
    graph("Sockets", [(m("node_sockstat_TCP_inuse"), "TCP in use"), (m("node_sockstat_TCP_tw"), "TCP time-wait"),
                      (m("node_sockstat_UDP_inuse"), "UDP in use"), (m("node_sockstat_TCP_orphan"), "TCP orphans")], low=0),
    graph("TCP", [(rate("node_netstat_Tcp_RetransSegs"), "retransmitted"), (rate("node_netstat_Tcp_InErrs"), "in errors"),
                  (rate("node_netstat_TcpExt_ListenOverflows"), "listen overflows")], "pps", low=0),
    graph("Connection tracking", [(m("node_nf_conntrack_entries"), "entries"),
                                  (m("node_nf_conntrack_entries_limit"), "limit")], low=0),
], True)
SYSTEMD = row("systemd", [
    graph("Units by state", [(f'sum by (state) ({m("node_systemd_unit_state")})', "{{state}}")], low=0),
    table("Failed units", [f'{m("node_systemd_unit_state", FAILED)} == 1'],
          {"name": "Unit", "type": "Type"}, width=12, height=8),
], True)
TIME = row("Time and hardware", [
    graph("Clock offset", [(m("node_timex_offset_seconds"), "offset"), (m("node_timex_maxerror_seconds"), "largest error")], "s"),
    graph("Temperature", [(m("node_hwmon_temp_celsius"), "{{chip}} {{sensor}}"),
                          (m("node_thermal_zone_temp"), "{{type}} {{zone}}")], "celsius"),
    graph("Entropy and descriptors", [(m("node_entropy_available_bits"), "entropy bits"),
                                      (m("node_filefd_allocated"), "open files")], low=0),
], True)
EXPORTER = row("Exporter", [
    graph("Scrape", [(f'scrape_duration_seconds{{{H}}}', "scrape"),
                     (m("node_scrape_collector_duration_seconds"), "{{collector}}")], "s", low=0),
    graph("Collectors without data", [(f'{m("node_scrape_collector_success")} == 0', "{{collector}}")], low=0, high=1),
], True)
LOGS = row("Logs", [
    log_graph("Lines by level", [('sum by (detected_level) (count_over_time({job=~".+",host=~"$host"}[$__auto]))', "{{detected_level}}")],
              width=24, height=6),
    logs("Errors", '{job=~".+",host=~"$host",detected_level=~"error|critical|fatal"}'),
], True)

BOARD = board(
    "vedette-node", "Host", "One host: CPU, memory, disks, network, and its errors.",
    [query_variable("job", "Job", "label_values(node_uname_info, job)"),
     query_variable("instance", "Instance", 'label_values(node_uname_info{job="$job"}, instance)'),
     query_variable("host", "Host", 'label_values(node_uname_info{instance="$instance"}, host)', include_all=True)],
    [FIRST, SECOND, PRESSURE, MEMORY, DISKS, FILESYSTEMS, NETWORK, SYSTEMD, TIME, EXPORTER, LOGS])

"""Proxmox VE: nodes, guests, storage; what is not backed up, not replicated, not healthy."""
from layout import ORANGE, RED, board, graph, query_variable, row, stat, table

H = 'instance="$instance"'
GUEST = f"on (id, instance) group_left (name, type, node) pve_guest_info{{{H}}}"


def m(name, extra=""):
    return f"pve_{name}{{{H}{',' + extra if extra else ''}}}"


NODES, GUESTS, STORAGE = 'id=~"node/.*"', 'id=~"(qemu|lxc)/.*"', 'id=~"storage/.*"'
GLANCE = row("At a glance", [
    stat("Nodes up", f'sum({m("up", NODES)})'),
    stat("Nodes down", f'count({m("up", NODES)} == 0) or vector(0)', thresholds=((1, RED),)),
    stat("Guests running", f'sum({m("up", GUESTS)})'),
    stat("Guests not backed up", f'sum({m("not_backed_up_total")})', thresholds=((1, ORANGE),), width=4),
    stat("Failed replications", f'sum({m("replication_failed_syncs")})', thresholds=((1, RED),), width=4),
    stat("Version", m("version_info"), legend="{{version}}", width=4),
    stat("Quorum", f'max({m("cluster_info")})', legend="", width=3),
])
NODE = row("Nodes", [
    graph("CPU", [(m("cpu_usage_ratio", NODES), "{{id}}")], "percentunit", low=0, high=1),
    graph("Memory", [(f'{m("memory_usage_bytes", NODES)} / {m("memory_size_bytes", NODES)}', "{{id}}")],
          "percentunit", low=0, high=1),
    graph("Root disk", [(f'{m("disk_usage_bytes", NODES)} / ({m("disk_size_bytes", NODES)} > 0)', "{{id}}")],
          "percentunit", low=0, high=1),
    table("Nodes", [f'{m("up", NODES)}', m("uptime_seconds", NODES), m("cpu_usage_limit", NODES)],
          {"id": "Node", "Value #A": "Up", "Value #B": "Uptime", "Value #C": "CPUs"}, units={"Uptime": "s"}, width=12, height=8),
])
GUEST_ROW = row("Guests", [
    table("Guests", [f'{m("up", GUESTS)} * {GUEST}', f'{m("cpu_usage_ratio", GUESTS)} * {GUEST}',
                     f'{m("memory_usage_bytes", GUESTS)} * {GUEST}', f'{m("memory_size_bytes", GUESTS)} * {GUEST}',
                     f'{m("uptime_seconds", GUESTS)} * {GUEST}', f'{m("onboot_status")} * {GUEST}'],
          {"name": "Guest", "id": "Id", "node": "Node", "type": "Kind", "Value #A": "Up", "Value #B": "CPU",
           "Value #C": "Memory", "Value #D": "of", "Value #E": "Uptime", "Value #F": "Starts at boot"},
          units={"CPU": "percentunit", "Memory": "bytes", "of": "bytes", "Uptime": "s"}, height=11),
    graph("CPU", [(f'{m("cpu_usage_ratio", GUESTS)} * {GUEST}', "{{name}}")], "percentunit", low=0),
    graph("Memory", [(f'{m("memory_usage_bytes", GUESTS)} * {GUEST}', "{{name}}")], "bytes", low=0),
    graph("Network", [(f'rate({m("network_receive_bytes_total", GUESTS)}[$__rate_interval]) * {GUEST}', "{{name}} in"),
                      (f'rate({m("network_transmit_bytes_total", GUESTS)}[$__rate_interval]) * {GUEST}', "{{name}} out")],
          "Bps", negative="/out$/"),
    graph("Disk", [(f'rate({m("disk_read_bytes_total", GUESTS)}[$__rate_interval]) * {GUEST}', "{{name}} read"),
                   (f'rate({m("disk_written_bytes_total", GUESTS)}[$__rate_interval]) * {GUEST}', "{{name}} written")],
          "Bps", negative="/written$/"),
])
STORES = row("Storage", [
    graph("Used", [(f'{m("disk_usage_bytes", STORAGE)} / ({m("disk_size_bytes", STORAGE)} > 0)', "{{id}}")],
          "percentunit", low=0, high=1),
    table("Stores", [m("up", STORAGE), m("disk_size_bytes", STORAGE), m("disk_usage_bytes", STORAGE)],
          {"id": "Store", "Value #A": "Up", "Value #B": "Size", "Value #C": "Used"},
          units={"Size": "bytes", "Used": "bytes"}, width=12, height=8),
], True)
HEALTH = row("Backup, replication, high availability", [
    table("Not backed up", [m("not_backed_up_info")], {"id": "Guest"}, width=8, height=8),
    table("Replication", [m("replication_failed_syncs"), m("replication_duration_seconds"),
                          f'time() - {m("replication_last_sync_timestamp_seconds")}'],
          {"id": "Job", "Value #A": "Failed", "Value #B": "Duration", "Value #C": "Since the last"},
          units={"Duration": "s", "Since the last": "s"}, width=8, height=8),
    table("High availability", [f'{m("ha_state")} == 1'], {"id": "What", "state": "State"}, width=8, height=8),
    table("Locked", [f'{m("lock_state")} == 1'], {"id": "Guest", "state": "Lock"}, width=8, height=8),
    table("Subscriptions", [f'{m("subscription_status")} == 1', m("subscription_next_due_timestamp_seconds")],
          {"id": "Node", "status": "Status", "Value #B": "Next due"}, width=8, height=8),
    stat("Quorum device", f'max({m("qdevice_up")})', width=4, thresholds=((0, RED), (1, "green"))),
], True)

BOARD = board("vedette-proxmox", "Proxmox VE", "Nodes, guests, storage, backups, replication.",
              [query_variable("instance", "Instance", "label_values(pve_version_info, instance)")],
              [GLANCE, NODE, GUEST_ROW, STORES, HEALTH])

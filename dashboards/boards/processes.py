"""What the processes of a host use, by the group that the per-process exporter puts them in."""
from layout import board, graph, query_variable, row, table

H = 'instance="$instance",groupname=~"$group"'


def m(name, extra=""):
    return f"namedprocess_namegroup_{name}{{{H}{',' + extra if extra else ''}}}"


def top(expr, count=10):
    return f"topk({count}, {expr})"


def rate(name, extra="", by="groupname"):
    return f"sum by ({by}) (rate({m(name, extra)}[$__rate_interval]))"


RESIDENT, SWAPPED, VIRTUAL = 'memtype="resident"', 'memtype="swapped"', 'memtype="virtual"'
GLANCE = row("At a glance", [
    table("Groups now", [m("num_procs"), m("num_threads"), rate("cpu_seconds_total"), m("memory_bytes", RESIDENT),
                         m("open_filedesc"), f'{m("oldest_start_time_seconds")} * 1000'],
          {"groupname": "Group", "Value #A": "Processes", "Value #B": "Threads", "Value #C": "CPUs", "Value #D": "Resident",
           "Value #E": "Open files", "Value #F": "Oldest since"},
          units={"Resident": "bytes", "CPUs": "short", "Oldest since": "dateTimeFromNow"}, height=10),
])
USE = row("CPU and memory", [
    graph("CPUs used", [(top(rate("cpu_seconds_total")), "{{groupname}}")], low=0),
    graph("Resident memory", [(top(m("memory_bytes", RESIDENT)), "{{groupname}}")], "bytes", low=0),
    graph("Swapped memory", [(f'{top(m("memory_bytes", SWAPPED))} > 0', "{{groupname}}")], "bytes", low=0),
    graph("Virtual memory", [(top(m("memory_bytes", VIRTUAL)), "{{groupname}}")], "bytes", low=0),
])
IO = row("Disk, faults, switches", [
    graph("Read", [(top(rate("read_bytes_total")), "{{groupname}}")], "Bps", low=0),
    graph("Written", [(top(rate("write_bytes_total")), "{{groupname}}")], "Bps", low=0),
    graph("Major page faults", [(top(rate("major_page_faults_total")), "{{groupname}}")], "ops", low=0),
    graph("Context switches", [(top(rate("context_switches_total", by="groupname, ctxswitchtype")),
                                "{{groupname}} {{ctxswitchtype}}")], "ops", low=0),
], True)
COUNTS = row("Processes, threads, files", [
    graph("Processes", [(top(m("num_procs")), "{{groupname}}")], low=0),
    graph("Threads by state", [(f'sum by (state) ({m("states")})', "{{state}}")], stack=True, low=0),
    graph("Open files", [(top(m("open_filedesc")), "{{groupname}}")], low=0),
    graph("Nearest to the limit of open files", [(top(m("worst_fd_ratio")), "{{groupname}}")], "percentunit", low=0),
], True)

BOARD = board(
    "vedette-processes", "Processes", "CPU, memory, disk and files by group of processes.",
    [query_variable("instance", "Instance", "label_values(namedprocess_namegroup_num_procs, instance)"),
     query_variable("group", "Group", 'label_values(namedprocess_namegroup_num_procs{instance="$instance"}, groupname)',
                    include_all=True, multi=True)],
    [GLANCE, USE, IO, COUNTS])

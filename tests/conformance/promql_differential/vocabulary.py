"""The words queries are made of: functions by what they take, operators, literals, durations."""

# One instant vector.
OF_VECTOR = ("abs acos acosh asin asinh atan atanh ceil cos cosh day_of_month day_of_week day_of_year "
             "days_in_month deg exp floor hour ln log10 log2 minute month rad round sgn sin sinh sqrt "
             "tan tanh timestamp year").split()
OF_HISTOGRAM = "histogram_avg histogram_count histogram_stddev histogram_stdvar histogram_sum".split()
# One range vector.
OF_MATRIX = ("avg_over_time changes count_over_time delta deriv idelta increase irate last_over_time "
             "max_over_time min_over_time present_over_time rate resets stddev_over_time "
             "stdvar_over_time sum_over_time").split()
COUNTER_LIKE = ("rate", "increase", "irate", "resets")
# Behind promql-experimental-functions in 3.5.
EXPERIMENTAL_OF_MATRIX = ("mad_over_time ts_of_last_over_time ts_of_max_over_time "
                          "ts_of_min_over_time").split()
# Newer than 3.5.
NEW_OF_MATRIX = ("first_over_time", "ts_of_first_over_time")

AGGREGATIONS = "sum avg min max count group stddev stdvar".split()
# What adds values in the order the store hands them out.
ORDER_DEPENDENT = ("sum", "avg", "stddev", "stdvar")
# What may take the count for the sum of the buckets: it depends on the empty buckets of the chunk.
CHUNK_DEPENDENT = ("histogram_fraction",)
# What picks by rank or by order, and so is free where values are equal.
PICKING = ("topk", "bottomk", "limitk")
# What sorts values, or takes the first of equal ones, by an order in which 0 and -0 are equal.
SORTED = ("quantile", "quantile_over_time", "mad_over_time", "min", "max")

ARITHMETIC = ("+", "-", "*", "/", "%", "^", "atan2")
COMPARISON = ("==", "!=", "<", "<=", ">", ">=")
SET = ("and", "or", "unless")

NUMBERS = ("0 1 2 3 10 0.5 0.1 1.5 -1 -0.5 1e3 1e-3 0x1F 1_000 .25 017 Inf -Inf +Inf NaN 1e308 1e-308 5e-324 "
           "5m 1h30m 60 0.9 0.99 100 7").split()
QUANTILES = ("0", "0.1", "0.5", "0.9", "0.99", "1", "-1", "2", "NaN", "1e-9", "0.25", "Inf")
COUNTS = ("0", "1", "2", "3", "5", "100", "-1", "1.9", "NaN")
RATIOS = ("0", "0.3", "-0.3", "0.5", "-0.5", "1", "-1", "0.8", "2", "NaN")
RANGES = ("14s 15s 30s 45s 1m 1m 90s 2m 2m 5m 5m 10m 15m 1h 1m30s500ms 20ms 300 0x3c 1e2").split()
SUBQUERY_STEPS = ("", "", "15s", "30s", "1m", "7s", "77s", "5m", "10")
OFFSETS = ("1m", "30s", "-1m", "-5m", "7m", "1ms", "90", "-15s", "1h")

LABELS = ("job", "instance", "mode", "version", "le", "nothing")
VALUES = {"job": ("a", "b"), "instance": ("host-0", "host-1", "host-2", "host-3"),
          "mode": ("idle", "system", "user"), "version": ("1.0", "1.1", "1.2"),
          "le": ("0.1", "1", "+Inf"), "nothing": ("", "x")}
PATTERNS = {"job": ("a|b", ".+", "[ab]", ".*"), "instance": ("host-[02]", "host-.", ".*1", "host-1|host-2|x"),
            "mode": ("user|system", ".*e.*", "(?i)IDLE", ""), "version": ("1.[01]", ".+", ""),
            "le": (".*", "1|0.5", ".+"), "nothing": (".*", ".+", "", "x?")}
LABEL_RULES = (('"new"', '"$1-x"', '"instance"', '"host-(.)"'), ('"mode"', '"$1"', '"job"', '"(.*)"'),
               ('"job"', '"${n}"', '"instance"', '"(?P<n>h)ost.*"'), ('"mode"', '""', '"mode"', '"user"'),
               ('"__name__"', '"n_$1"', '"instance"', '"host-([01])"'), ('"new"', '"v"', '"nothing"', '""'),
               ('"instance"', '"same"', '"instance"', '".*"'), ('"é"', '"$2$1"', '"mode"', '"(.)(.*)"'))
LABEL_JOINS = (('"new"', '"-"', '"job"', '"instance"'), ('"job"', '""', '"nothing"'), ('"mode"', '"/"', '"mode"', '"mode"'),
               ('"new"', '","'), ('"__name__"', '"_"', '"job"', '"mode"'))

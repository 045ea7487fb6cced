#include "exporters/postgres/settings.h"

#include <string>

#include "base/strings.h"
#include "exporters/postgres/row_writer.h"

namespace vedette::exporters::postgres {
namespace {

using base::Concat;

struct NamedUnit {
  std::string_view unit;
  SettingUnit meaning;
};

constexpr NamedUnit kUnits[] = {
    {"", {"", 1}},
    {"us", {"seconds", 1e-6}},
    {"ms", {"seconds", 1e-3}},
    {"s", {"seconds", 1}},
    {"min", {"seconds", 60}},
    {"h", {"seconds", 3600}},
    {"d", {"seconds", 86400}},
};

// The powers of 1024 that may follow a number of blocks.
constexpr NamedUnit kSizes[] = {
    {"B", {"bytes", 1}},
    {"kB", {"bytes", 1024}},
    {"MB", {"bytes", 1024.0 * 1024}},
    {"GB", {"bytes", 1024.0 * 1024 * 1024}},
    {"TB", {"bytes", 1024.0 * 1024 * 1024 * 1024}},
};

// Divides where the factor is a fraction: 10 ms are 0.01 s, to the bit.
double Convert(double value, const SettingUnit& unit) {
  if (value == -1) return value;
  return unit.factor < 1 ? value / (1 / unit.factor) : value * unit.factor;
}

std::optional<double> SettingValue(std::string_view vartype, std::string_view setting) {
  if (vartype == "bool") return setting == "on" ? 1 : 0;
  return base::ParseDouble(setting);
}

std::string FamilyName(std::string_view setting, const SettingUnit& unit) {
  std::string name = Concat({"pg_settings_", setting});
  for (char& c : name) {
    const bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!ok) c = '_';  // extensions' settings have a dot, some a dash
  }
  if (*unit.name != '\0') name += Concat({"_", unit.name});
  return name;
}

std::string FamilyHelp(std::string_view setting, const SettingUnit& unit) {
  if (*unit.name == '\0') return Concat({"Server parameter: ", setting});
  return Concat({"Server parameter: ", setting, " [converted to ", unit.name, "]"});
}

}  // namespace

std::optional<SettingUnit> ParseSettingUnit(std::string_view unit) {
  for (const NamedUnit& known : kUnits) {
    if (known.unit == unit) return known.meaning;
  }
  const size_t digits = std::min(unit.find_first_not_of("0123456789"), unit.size());
  double blocks = 1;
  if (digits > 0) {
    const auto number = base::ParseUint(unit.substr(0, digits));
    if (!number) return std::nullopt;
    blocks = static_cast<double>(*number);
  }
  for (const NamedUnit& size : kSizes) {
    if (size.unit == unit.substr(digits)) {
      return SettingUnit{size.meaning.name, size.meaning.factor * blocks};
    }
  }
  return std::nullopt;
}

base::Status ReadSettings(const Result& result, const QuerySpec&, const Naming& naming,
                          FamilySink* sink) {
  base::Status status;
  for (int row = 0; row < result.rows(); ++row) {
    const std::string_view name = result.Text(row, 0);
    const std::string_view vartype = result.Text(row, 1);
    const auto unit = ParseSettingUnit(result.Text(row, 2));
    const auto value = SettingValue(vartype, result.Text(row, 3));
    if (!unit || !value) {
      status =
          base::DataLoss(Concat({"setting ", name, ": found ", base::GoQuote(result.Text(row, 3)),
                                 " of unit ", base::GoQuote(result.Text(row, 2))}));
      continue;
    }
    FamilyRef family = sink->Gauge(FamilyName(name, *unit), FamilyHelp(name, *unit));
    naming.Add(family, Convert(*value, *unit), {});
  }
  return status;
}

}  // namespace vedette::exporters::postgres

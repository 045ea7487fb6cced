#ifndef VEDETTE_SHIPPER_ROTATED_NAME_H_
#define VEDETTE_SHIPPER_ROTATED_NAME_H_

#include <string>
#include <string_view>

namespace vedette::shipper {

std::string_view FolderOf(std::string_view path);
std::string_view BaseOf(std::string_view path);

// What the name says of how the content is packed.
enum class Packing { kPlain, kGzip, kZstd };
Packing PackingOf(std::string_view name);  // ".gz", ".zst"

// Whether rotation makes such a name of one that `pattern` (fnmatch's) matches: numbers and dates
// at the end, compressed or not. "a.log" -> "a.log.1", "a.log.2.gz", "a.log-20261121.zst"; Caddy's
// "a-2026-11-21T05-06-07.000.log.gz". Not so the names that the pattern itself matches.
bool IsRotatedForm(const std::string& pattern, std::string_view name);

// What all names have in common that rotation gives to one log: its folder and its name without
// packing, ".log", numbers and dates. "/d/a.log", "/d/a.log.2.gz" and
// "/d/a-2026-11-21T05-06-07.000.log" are of the family "/d/a".
std::string FamilyOf(std::string_view path);

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_ROTATED_NAME_H_

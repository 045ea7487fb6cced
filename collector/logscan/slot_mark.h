#ifndef VEDETTE_COLLECTOR_LOGSCAN_SLOT_MARK_H_
#define VEDETTE_COLLECTOR_LOGSCAN_SLOT_MARK_H_

#include <cstddef>
#include <string>

namespace vedette::logscan {

// A byte that templates with marks must not have themselves: no white space, and no letter of a
// name, which makes it '_'.
inline constexpr char kMarkByte = '\x7f';

// What stands in a slot while a template is looked at: told apart by the slot.
inline std::string SlotMark(size_t slot) {
  return kMarkByte + ("m" + std::to_string(slot)) + kMarkByte;
}
// What the name of a label has in it that was made of the slot.
inline std::string SlotMarkInName(size_t slot) { return "_m" + std::to_string(slot) + "_"; }

}  // namespace vedette::logscan

#endif  // VEDETTE_COLLECTOR_LOGSCAN_SLOT_MARK_H_

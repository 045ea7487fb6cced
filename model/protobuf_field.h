#ifndef VEDETTE_MODEL_PROTOBUF_FIELD_H_
#define VEDETTE_MODEL_PROTOBUF_FIELD_H_

#include <cstdint>
#include <string_view>

#include <protozero/pbf_reader.hpp>

// What the decoders of wire messages share. Internal to model: no other header includes protozero.

namespace vedette::model::wire {

inline constexpr auto kBytes = protozero::pbf_wire_type::length_delimited;
inline constexpr auto kVarint = protozero::pbf_wire_type::varint;
inline constexpr auto kFixed32 = protozero::pbf_wire_type::fixed32;
inline constexpr auto kFixed64 = protozero::pbf_wire_type::fixed64;

// A field and how it is coded, to switch over: one of another coding is skipped, not misread.
constexpr uint32_t TagAndType(uint32_t tag, protozero::pbf_wire_type type) {
  return protozero::tag_and_type(tag, type);
}

inline std::string_view ToStd(const protozero::data_view& view) {
  return {view.data(), view.size()};
}

}  // namespace vedette::model::wire

#endif  // VEDETTE_MODEL_PROTOBUF_FIELD_H_

#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/strings.h"
#include "model/otlp/logs.h"
#include "model/otlp/protobuf_point.h"
#include "model/protobuf_field.h"

namespace vedette::model::otlp {
namespace {

using protozero::pbf_reader;
using wire::kBytes;
using wire::kFixed32;
using wire::kFixed64;
using wire::kVarint;
using wire::TagAndType;
using wire::ToStd;

LogRecord ReadRecord(pbf_reader message) {
  LogRecord record;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case TagAndType(1, kFixed64):
        record.time_ns = message.get_fixed64();
        break;
      case TagAndType(2, kVarint):
        record.severity_number = message.get_enum();
        break;
      case TagAndType(3, kBytes):
        record.severity_text = TextField(ToStd(message.get_view()));
        break;
      case TagAndType(5, kBytes):
        record.body = ReadValue(ToStd(message.get_view()));
        break;
      case TagAndType(6, kBytes):
        AddFlatAttribute(ToStd(message.get_view()), &record.attributes);
        break;
      case TagAndType(7, kVarint):
        record.dropped_attributes = message.get_uint32();
        break;
      case TagAndType(8, kFixed32):
        record.flags = message.get_fixed32();
        break;
      case TagAndType(9, kBytes):
        record.trace_id = base::HexText(ToStd(message.get_view()));
        break;
      case TagAndType(10, kBytes):
        record.span_id = base::HexText(ToStd(message.get_view()));
        break;
      case TagAndType(11, kFixed64):
        record.observed_ns = message.get_fixed64();
        break;
      default:
        message.skip();
    }
  }
  return record;
}

// What a scope or resource says of itself may follow what it holds, and is read first.
base::Status VisitLogScope(pbf_reader message, LogsVisitor* visitor) {
  Scope scope;
  for (pbf_reader first = message; first.next(1, kBytes);) {
    scope = ReadScope(ToStd(first.get_view()), AddFlatAttribute);
  }
  VEDETTE_RETURN_IF_ERROR(visitor->OnScope(scope));
  while (message.next(2, kBytes)) {
    VEDETTE_RETURN_IF_ERROR(visitor->OnRecord(ReadRecord(message.get_message())));
  }
  return {};
}

base::Status VisitLogResource(pbf_reader message, LogsVisitor* visitor) {
  Resource resource;
  for (pbf_reader first = message; first.next(1, kBytes);) {
    pbf_reader fields = first.get_message();
    while (fields.next(1, kBytes)) AddFlatAttribute(ToStd(fields.get_view()), &resource.attributes);
  }
  VEDETTE_RETURN_IF_ERROR(visitor->OnResource(resource));
  while (message.next(2, kBytes)) {
    VEDETTE_RETURN_IF_ERROR(VisitLogScope(message.get_message(), visitor));
  }
  return {};
}

}  // namespace

base::Status DecodeLogsProtobuf(std::string_view body, LogsVisitor* visitor) {
  try {
    pbf_reader request(body.data(), body.size());
    while (request.next()) {
      if (request.tag_and_type() == TagAndType(1, kBytes)) {
        VEDETTE_RETURN_IF_ERROR(VisitLogResource(request.get_message(), visitor));
      } else {
        request.skip();
      }
    }
    return {};
  } catch (const TooMany& error) {
    return base::InvalidArgument(base::Concat({"OTLP logs: ", error.what()}));
  } catch (const protozero::exception& error) {
    return base::InvalidArgument(
        base::Concat({"OTLP logs: not an ExportLogsServiceRequest: ", error.what()}));
  }
}

}  // namespace vedette::model::otlp

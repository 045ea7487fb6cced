#include <protozero/pbf_reader.hpp>

#include "model/otlp/protobuf_point.h"
#include "model/protobuf_field.h"

namespace vedette::model::otlp {

using protozero::pbf_reader;
using wire::kBytes;
using wire::TagAndType;
using wire::ToStd;

Scope ReadScope(std::string_view bytes, AttributeReader* add) {
  pbf_reader message(bytes.data(), bytes.size());
  Scope scope;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case TagAndType(1, kBytes):
        scope.name = TextField(ToStd(message.get_view()));
        break;
      case TagAndType(2, kBytes):
        scope.version = TextField(ToStd(message.get_view()));
        break;
      case TagAndType(3, kBytes):
        add(ToStd(message.get_view()), &scope.attributes);
        break;
      default:
        message.skip();
    }
  }
  return scope;
}

}  // namespace vedette::model::otlp

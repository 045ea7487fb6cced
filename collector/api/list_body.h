#ifndef VEDETTE_COLLECTOR_API_LIST_BODY_H_
#define VEDETTE_COLLECTOR_API_LIST_BODY_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/http/message.h"
#include "base/json_writer.h"
#include "base/memory_pool.h"

namespace vedette::api {

// Prometheus' envelope around a list that may be long (series, names, values), written piece by
// piece.
template <typename T>
class ListBody final : public base::http::BodySource {
 public:
  // Appends one item as JSON.
  using Append = std::function<void(const T&, std::string*)>;

  // `hold`: the memory of the items.
  ListBody(std::vector<T> items, Append append, std::vector<std::string> warnings,
           base::MemoryPool::Hold hold = {})
      : items_(std::move(items)),
        append_(std::move(append)),
        warnings_(std::move(warnings)),
        hold_(std::move(hold)) {}

  bool Next(std::string* out) override {
    if (next_ == 0) out->append("{\"status\":\"success\",\"data\":[");
    for (; next_ < items_.size(); ++next_) {
      if (out->size() >= kPieceBytes) return true;
      if (next_ > 0) out->push_back(',');
      append_(items_[next_], out);
    }
    out->push_back(']');
    if (!warnings_.empty()) {
      out->append(",\"warnings\":");
      base::JsonWriter json(out);
      json.BeginArray();
      for (const std::string& warning : warnings_) json.String(warning);
      json.EndArray();
    }
    out->push_back('}');
    return false;
  }

 private:
  const std::vector<T> items_;
  const Append append_;
  const std::vector<std::string> warnings_;
  const base::MemoryPool::Hold hold_;
  size_t next_ = 0;
};

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_LIST_BODY_H_

#include "exporters/postgres/result.h"

#include "exporters/postgres/libpq.h"

namespace vedette::exporters::postgres {

Result::~Result() {
  if (result_ != nullptr) pq_->clear(result_);
}

Result& Result::operator=(Result&& other) noexcept {
  std::swap(pq_, other.pq_);
  std::swap(result_, other.result_);
  return *this;
}

int Result::rows() const { return pq_->ntuples(result_); }
int Result::columns() const { return pq_->nfields(result_); }

std::string_view Result::ColumnName(int column) const { return pq_->fname(result_, column); }

uint32_t Result::ColumnType(int column) const { return pq_->ftype(result_, column); }

bool Result::IsNull(int row, int column) const { return pq_->getisnull(result_, row, column) != 0; }

std::string_view Result::Text(int row, int column) const {
  return {pq_->getvalue(result_, row, column),
          static_cast<size_t>(pq_->getlength(result_, row, column))};
}

}  // namespace vedette::exporters::postgres

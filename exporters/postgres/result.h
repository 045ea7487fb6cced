#ifndef VEDETTE_EXPORTERS_POSTGRES_RESULT_H_
#define VEDETTE_EXPORTERS_POSTGRES_RESULT_H_

#include <cstdint>
#include <string_view>
#include <utility>

struct pg_result;

namespace vedette::exporters::postgres {

struct LibPq;

// The rows that a query gave, every value as text. Owns them; what it hands out lives as long as
// it. Rows and columns count from 0 and must exist. Move-only, one thread.
class Result {
 public:
  Result(const LibPq* pq, pg_result* result) : pq_(pq), result_(result) {}
  ~Result();
  Result(Result&& other) noexcept
      : pq_(other.pq_), result_(std::exchange(other.result_, nullptr)) {}
  Result& operator=(Result&& other) noexcept;
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;

  int rows() const;
  int columns() const;
  std::string_view ColumnName(int column) const;
  uint32_t ColumnType(int column) const;  // an oid of pg_type
  bool IsNull(int row, int column) const;
  std::string_view Text(int row, int column) const;  // "" for NULL

 private:
  const LibPq* pq_;
  pg_result* result_;
};

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_RESULT_H_

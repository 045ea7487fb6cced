#ifndef VEDETTE_MODEL_REMOTE_READ_H_
#define VEDETTE_MODEL_REMOTE_READ_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/sample.h"

// Remote read: prometheus.ReadRequest and its two kinds of answer, without the snappy around them.

namespace vedette::model {

struct RemoteReadQuery {
  int64_t start_ms = 0;  // both ends included
  int64_t end_ms = 0;
  std::vector<Matcher> matchers;
};

// By the numbers of the wire.
enum class RemoteReadAnswer { kSamples = 0, kStreamedXorChunks = 1 };

struct RemoteReadRequest {
  std::vector<RemoteReadQuery> queries;
  // The first the sender accepts of those there are; samples where it names none.
  RemoteReadAnswer answer = RemoteReadAnswer::kSamples;
};

struct RemoteReadLimits {
  size_t max_queries = 256;
  size_t max_matchers = 256;         // of one query
  size_t max_text_bytes = 64 << 10;  // of a name or a value
};

// InvalidArgument for what is no such message, a bad regex, or only answers unknown here;
// ResourceExhausted over the limits. Messages name query and matcher, counted from 0.
base::StatusOr<RemoteReadRequest> DecodeRemoteRead(std::string_view protobuf,
                                                   const RemoteReadLimits& limits = {});
std::string EncodeRemoteRead(const RemoteReadRequest& request);

// A QueryResult of a ReadResponse: add each query's series, in the order of the queries. Floats and
// native histograms; neither kind of answer has a place for start timestamps.
class ReadResponseWriter {
 public:
  void BeginQuery() { result_.clear(); }
  void Add(const SeriesSamples& series);
  void EndQuery();
  size_t bytes() const { return response_.size() + result_.size(); }
  std::string Take() { return std::move(response_); }

 private:
  std::string response_;
  std::string result_;  // of the query under way
};

// A stream of ChunkedReadResponse: each frame is a varint of its length, CRC-32C (big-endian) and
// one message with chunks of one series, at most about `frame_bytes` of them.
class ChunkedReadWriter {
 public:
  explicit ChunkedReadWriter(size_t frame_bytes = 1 << 20) : frame_bytes_(frame_bytes) {}
  // Series of one query come in the order of their labels.
  void Add(size_t query, const SeriesSamples& series);
  size_t bytes() const { return stream_.size(); }
  std::string Take() { return std::move(stream_); }

 private:
  void EndFrame(size_t query, std::string_view labels, std::string_view chunks);

  const size_t frame_bytes_;
  std::string stream_;
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_REMOTE_READ_H_

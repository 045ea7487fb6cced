#include "model/remote_read.h"

#include <exception>
#include <optional>
#include <utility>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "base/codec/crc32c.h"
#include "base/strings.h"
#include "model/histogram_chunk.h"
#include "model/histogram_wire.h"
#include "model/protobuf_field.h"
#include "model/wire_fields.h"
#include "model/xor_chunk.h"

namespace vedette::model {
namespace {

using base::Concat;
using protozero::pbf_reader;
using protozero::pbf_writer;
using wire::kBytes;
using wire::kVarint;
using wire::TagAndType;
using wire::ToStd;

namespace field {
constexpr uint32_t kQueries = 1;
constexpr uint32_t kAcceptedTypes = 2;
constexpr uint32_t kStart = 1;
constexpr uint32_t kEnd = 2;
constexpr uint32_t kMatchers = 3;
constexpr uint32_t kMatcherType = 1;
constexpr uint32_t kMatcherName = 2;
constexpr uint32_t kMatcherValue = 3;
constexpr uint32_t kResults = 1;
constexpr uint32_t kResultSeries = 1;
constexpr uint32_t kChunkedSeries = 1;
constexpr uint32_t kQueryIndex = 2;
constexpr uint32_t kSeriesLabels = 1;
constexpr uint32_t kSeriesChunks = 2;
constexpr uint32_t kChunkMin = 1;
constexpr uint32_t kChunkMax = 2;
constexpr uint32_t kChunkType = 3;
constexpr uint32_t kChunkData = 4;
}  // namespace field

// By the numbers of Chunk.Encoding.
constexpr int32_t kXorEncoding = 1;
constexpr int32_t kHistogramEncoding = 2;
constexpr int32_t kFloatHistogramEncoding = 3;

// By the numbers of LabelMatcher.Type.
constexpr MatchType kMatchTypes[] = {MatchType::kEqual, MatchType::kNotEqual, MatchType::kRegex,
                                     MatchType::kNotRegex};

class Decoder {
 public:
  explicit Decoder(const RemoteReadLimits& limits) : limits_(limits) {}

  base::Status Decode(std::string_view protobuf) {
    pbf_reader request(protobuf.data(), protobuf.size());
    while (request.next()) {
      switch (request.tag_and_type()) {
        case TagAndType(field::kQueries, kBytes):
          VEDETTE_RETURN_IF_ERROR(DecodeQuery(request.get_message()));
          break;
        case TagAndType(field::kAcceptedTypes, kVarint):
          Accepts(request.get_enum());
          break;
        case TagAndType(field::kAcceptedTypes, kBytes):
          for (const int32_t type : request.get_packed_enum()) Accepts(type);
          break;
        default:
          request.skip();
      }
    }
    if (answer_) request_.answer = *answer_;
    if (answer_ || !names_answers_) return {};
    return base::InvalidArgument(
        "none of the accepted response types is known; there are SAMPLES (0) and "
        "STREAMED_XOR_CHUNKS (1)");
  }

  RemoteReadRequest Take() { return std::move(request_); }

 private:
  void Accepts(int32_t type) {
    names_answers_ = true;
    if (!answer_ && (type == 0 || type == 1)) answer_ = static_cast<RemoteReadAnswer>(type);
  }

  base::Status DecodeQuery(pbf_reader message) {
    if (request_.queries.size() == limits_.max_queries) {
      return base::ResourceExhausted(
          Concat({"request has more than ", std::to_string(limits_.max_queries), " queries"}));
    }
    RemoteReadQuery& query = request_.queries.emplace_back();
    while (message.next()) {
      switch (message.tag_and_type()) {
        case TagAndType(field::kStart, kVarint):
          query.start_ms = message.get_int64();
          break;
        case TagAndType(field::kEnd, kVarint):
          query.end_ms = message.get_int64();
          break;
        case TagAndType(field::kMatchers, kBytes):
          VEDETTE_RETURN_IF_ERROR(DecodeMatcher(message.get_message(), &query));
          break;
        default:
          message.skip();
      }
    }
    return {};
  }

  base::Status DecodeMatcher(pbf_reader message, RemoteReadQuery* query) {
    int32_t type = 0;
    std::string_view name;
    std::string_view value;
    while (message.next()) {
      switch (message.tag_and_type()) {
        case TagAndType(field::kMatcherType, kVarint):
          type = message.get_enum();
          break;
        case TagAndType(field::kMatcherName, kBytes):
          name = ToStd(message.get_view());
          break;
        case TagAndType(field::kMatcherValue, kBytes):
          value = ToStd(message.get_view());
          break;
        default:
          message.skip();
      }
    }
    const std::string where = Concat({"query ", std::to_string(request_.queries.size() - 1),
                                      ", matcher ", std::to_string(query->matchers.size())});
    base::StatusOr<Matcher> matcher = MakeMatcher(type, name, value, query->matchers.size());
    if (!matcher.ok()) return base::Annotate(matcher.status(), where);
    query->matchers.push_back(*std::move(matcher));
    return {};
  }

  base::StatusOr<Matcher> MakeMatcher(int32_t type, std::string_view name, std::string_view value,
                                      size_t before) const {
    if (before == limits_.max_matchers) {
      return base::ResourceExhausted(
          Concat({"more than ", std::to_string(limits_.max_matchers), " matchers"}));
    }
    if (name.size() > limits_.max_text_bytes || value.size() > limits_.max_text_bytes) {
      return base::ResourceExhausted(Concat(
          {"name or value of more than ", std::to_string(limits_.max_text_bytes), " bytes"}));
    }
    if (type < 0 || type > 3) {
      return base::InvalidArgument(
          Concat({"type ", std::to_string(type), "; allowed are 0 (=), 1 (!=), 2 (=~), 3 (!~)"}));
    }
    if (name.empty()) return base::InvalidArgument("without a label name");
    return Matcher::Make(kMatchTypes[type], std::string(name), std::string(value));
  }

  const RemoteReadLimits& limits_;
  RemoteReadRequest request_;
  std::optional<RemoteReadAnswer> answer_;
  bool names_answers_ = false;
};

void AddText(uint32_t tag, std::string_view text, pbf_writer* out) {
  out->add_bytes(tag, text.data(), text.size());
}

void EncodeLabels(uint32_t tag, const Labels& labels, pbf_writer* out) {
  for (const LabelView& label : labels) {
    pbf_writer pair(*out, tag);
    AddText(v1::kLabelName, label.name, &pair);
    AddText(v1::kLabelValue, label.value, &pair);
  }
}

template <typename Writer>
void EncodeChunk(int32_t encoding, Writer* chunk, std::string* out) {
  pbf_writer series(*out);
  pbf_writer message(series, field::kSeriesChunks);
  message.add_int64(field::kChunkMin, chunk->min_ms());
  message.add_int64(field::kChunkMax, chunk->max_ms());
  message.add_enum(field::kChunkType, encoding);
  AddText(field::kChunkData, chunk->Take(), &message);
}

// The samples of a series as chunks in the order of time, each of floats, integer or float
// histograms.
class SeriesChunks {
 public:
  explicit SeriesChunks(const SeriesSamples& series) : series_(series) {}

  bool done() const {
    return next_float_ == series_.values.size() && next_histogram_ == series_.histograms.size();
  }
  // Appends one chunk. Not when done.
  void Next(std::string* out) {
    if (FloatIsNext()) {
      XorChunkWriter chunk;
      for (; FloatIsNext() && chunk.size() < XorChunkWriter::kMaxSamples; ++next_float_) {
        chunk.Append(series_.timestamps_ms[next_float_], series_.values[next_float_]);
      }
      return EncodeChunk(kXorEncoding, &chunk, out);
    }
    HistogramChunkWriter chunk;
    while (!done() && !FloatIsNext()) {
      const HistogramSample& sample = series_.histograms[next_histogram_];
      if (!chunk.Takes(*sample.histogram)) break;
      chunk.Append(sample);
      ++next_histogram_;
    }
    EncodeChunk(chunk.is_float() ? kFloatHistogramEncoding : kHistogramEncoding, &chunk, out);
  }

 private:
  bool FloatIsNext() const {
    if (next_float_ == series_.values.size()) return false;
    return next_histogram_ == series_.histograms.size() ||
           series_.timestamps_ms[next_float_] < series_.histograms[next_histogram_].time_ms;
  }

  const SeriesSamples& series_;
  size_t next_float_ = 0;
  size_t next_histogram_ = 0;
};

void AppendVarint(uint64_t n, std::string* out) {
  for (; n >= 0x80; n >>= 7) out->push_back(static_cast<char>(n | 0x80));
  out->push_back(static_cast<char>(n));
}

}  // namespace

base::StatusOr<RemoteReadRequest> DecodeRemoteRead(std::string_view protobuf,
                                                   const RemoteReadLimits& limits) {
  Decoder decoder(limits);
  try {
    VEDETTE_RETURN_IF_ERROR(decoder.Decode(protobuf));
  } catch (const protozero::exception& error) {
    return base::InvalidArgument(Concat({"not a remote read request: ", error.what()}));
  }
  return decoder.Take();
}

std::string EncodeRemoteRead(const RemoteReadRequest& request) {
  std::string out;
  pbf_writer writer(out);
  for (const RemoteReadQuery& query : request.queries) {
    pbf_writer message(writer, field::kQueries);
    message.add_int64(field::kStart, query.start_ms);
    message.add_int64(field::kEnd, query.end_ms);
    for (const Matcher& matcher : query.matchers) {
      pbf_writer one(message, field::kMatchers);
      one.add_enum(field::kMatcherType, static_cast<int32_t>(matcher.type()));
      AddText(field::kMatcherName, matcher.name(), &one);
      AddText(field::kMatcherValue, matcher.value(), &one);
    }
  }
  writer.add_enum(field::kAcceptedTypes, static_cast<int32_t>(request.answer));
  return out;
}

void ReadResponseWriter::Add(const SeriesSamples& series) {
  pbf_writer result(result_);
  pbf_writer message(result, field::kResultSeries);
  EncodeLabels(field::kSeriesLabels, series.labels, &message);
  for (size_t i = 0; i < series.values.size(); ++i) {
    pbf_writer sample(message, v1::kSeriesSamples);
    sample.add_double(v1::kSampleValue, series.values[i]);
    sample.add_int64(v1::kSampleTimestamp, series.timestamps_ms[i]);
  }
  for (const HistogramSample& sample : series.histograms) {
    AddText(v1::kSeriesHistograms, EncodeHistogram(*sample.histogram, sample.time_ms, 0), &message);
  }
}

void ReadResponseWriter::EndQuery() {
  pbf_writer response(response_);
  AddText(field::kResults, result_, &response);
  result_.clear();
}

void ChunkedReadWriter::Add(size_t query, const SeriesSamples& series) {
  std::string labels;
  pbf_writer labels_writer(labels);
  EncodeLabels(field::kSeriesLabels, series.labels, &labels_writer);
  std::string chunks;
  for (SeriesChunks source(series); !source.done();) {
    source.Next(&chunks);
    if (!source.done() && labels.size() + chunks.size() < frame_bytes_) continue;
    EndFrame(query, labels, chunks);
    chunks.clear();
  }
}

void ChunkedReadWriter::EndFrame(size_t query, std::string_view labels, std::string_view chunks) {
  std::string frame;
  pbf_writer response(frame);
  AddText(field::kChunkedSeries, Concat({labels, chunks}), &response);
  response.add_int64(field::kQueryIndex, static_cast<int64_t>(query));
  AppendVarint(frame.size(), &stream_);
  const uint32_t crc = base::Crc32c(frame);
  for (const unsigned shift : {24u, 16u, 8u, 0u}) {
    stream_.push_back(static_cast<char>(crc >> shift & 0xff));
  }
  stream_ += frame;
}

}  // namespace vedette::model

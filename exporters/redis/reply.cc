#include "exporters/redis/reply.h"

#include <hiredis/hiredis.h>

#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

// An idle buffer of more is given back; INFO and the latencies together need about half.
constexpr size_t kKeptBufferBytes = 256 << 10;

}  // namespace

std::optional<double> Reply::Number() const {
  if (kind == Kind::kInteger) return static_cast<double>(integer);
  if (is_text()) return base::ParseDouble(text);
  return std::nullopt;
}

std::map<std::string_view, const Reply*> Reply::ToMap() const {
  std::map<std::string_view, const Reply*> map;
  for (size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i].is_text()) map[items[i].text] = &items[i + 1];
  }
  return map;
}

// Builds our replies through the reader's object functions. An object that the reader holds is a
// Reply inside `root_`; children are appended one by one, so that a declared count takes no memory.
// A Reply stays where it is while its own children come: only then may its siblings move.
class ReplyReader::Hiredis {
 public:
  explicit Hiredis(ReplyLimits limits) : limits_(limits) {
    static redisReplyObjectFunctions functions = {CreateString, CreateArray, CreateInteger,
                                                  CreateNil, FreeObject};
    reader_.reset(redisReaderCreateWithFunctions(&functions));
    reader_->privdata = this;
    reader_->maxbuf = kKeptBufferBytes;
  }

  base::Status Feed(std::string_view bytes) {
    fed_ += bytes.size();
    if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) return Error();
    return base::Status();
  }

  base::StatusOr<std::optional<Reply>> Next() {
    void* done = nullptr;
    if (redisReaderGetReply(reader_.get(), &done) != REDIS_OK) return Error();
    if (done == nullptr) {
      VEDETTE_RETURN_IF_ERROR(CheckDeclaredSize());
      if (fed_ > limits_.max_bytes) return TooLarge();
      return std::optional<Reply>();
    }
    fed_ = 0;
    nodes_ = 0;
    return std::optional<Reply>(std::move(root_));
  }

 private:
  struct Deleter {
    void operator()(redisReader* reader) const { redisReaderFree(reader); }
  };

  // A new node in its place, or null over the limit.
  static Reply* Place(const redisReadTask* task, Reply::Kind kind) {
    auto* self = static_cast<Hiredis*>(task->privdata);
    if (++self->nodes_ > self->limits_.max_nodes) {
      self->too_large_ = true;
      return nullptr;
    }
    Reply* node = &self->root_;
    if (task->parent == nullptr) {
      self->root_ = Reply();
    } else {
      node = &static_cast<Reply*>(task->parent->obj)->items.emplace_back();
    }
    node->kind = kind;
    return node;
  }

  static void* CreateString(const redisReadTask* task, char* text, size_t size) {
    Reply::Kind kind = Reply::Kind::kString;
    if (task->type == REDIS_REPLY_ERROR) kind = Reply::Kind::kError;
    if (task->type == REDIS_REPLY_STATUS) kind = Reply::Kind::kStatus;
    Reply* node = Place(task, kind);
    if (node != nullptr) node->text.assign(text, size);
    return node;
  }

  static void* CreateArray(const redisReadTask* task, int elements) {
    auto* self = static_cast<Hiredis*>(task->privdata);
    if (elements < 0 || static_cast<size_t>(elements) > self->limits_.max_nodes) {
      self->too_large_ = true;
      return nullptr;
    }
    return Place(task, Reply::Kind::kArray);
  }

  static void* CreateInteger(const redisReadTask* task, long long value) {
    Reply* node = Place(task, Reply::Kind::kInteger);
    if (node != nullptr) node->integer = value;
    return node;
  }

  static void* CreateNil(const redisReadTask* task) { return Place(task, Reply::Kind::kNil); }

  static void FreeObject(void*) {}  // root_ owns them all

  base::Status Error() const {
    if (too_large_ || fed_ > limits_.max_bytes) return TooLarge();
    return base::DataLoss(base::Concat({"not RESP: ", reader_->errstr}));
  }

  base::Status TooLarge() const {
    return base::ResourceExhausted("the server's reply is larger than any that is read here");
  }

  // The reader waits for a string of any declared length; the length stands unread in its buffer.
  base::Status CheckDeclaredSize() const {
    const redisReader& r = *reader_;
    if (r.ridx < 0 || r.rstack[r.ridx].type != REDIS_REPLY_STRING) return base::Status();
    const std::string_view rest(r.buf + r.pos, r.len - r.pos);
    constexpr size_t kMaxDigits = 20;
    const size_t digits = rest.find_first_not_of("0123456789");
    if (digits == std::string_view::npos) {
      return rest.size() > kMaxDigits ? TooLarge() : base::Status();
    }
    const auto declared = base::ParseUint(rest.substr(0, digits));
    if (digits > 0 && (!declared || *declared > limits_.max_bytes)) return TooLarge();
    return base::Status();
  }

  const ReplyLimits limits_;
  std::unique_ptr<redisReader, Deleter> reader_;
  Reply root_;
  size_t fed_ = 0;  // bytes since the last whole reply, at least
  size_t nodes_ = 0;
  bool too_large_ = false;
};

ReplyReader::ReplyReader(ReplyLimits limits) : hiredis_(std::make_unique<Hiredis>(limits)) {}
ReplyReader::~ReplyReader() = default;

base::Status ReplyReader::Feed(std::string_view bytes) { return hiredis_->Feed(bytes); }

base::StatusOr<std::optional<Reply>> ReplyReader::Next() { return hiredis_->Next(); }

}  // namespace vedette::exporters::redis

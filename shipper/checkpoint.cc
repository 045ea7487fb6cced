#include "shipper/checkpoint.h"

#include <charconv>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/codec/bytes.h"
#include "base/strings.h"
#include "shipper/rotated_name.h"

namespace vedette::shipper {
namespace {

constexpr int64_t kWriteEveryNs = 1'000'000'000;
constexpr int64_t kRetryEveryNs = 5'000'000'000;
constexpr int64_t kWriteScannedEveryNs = 600'000'000'000;
constexpr std::string_view kPositionsMagic1 = "vedette-positions 1";

std::string Hex16(uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

bool ParseHex16(std::string_view text, uint64_t* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value, 16);
  return text.size() == 16 && error == std::errc() && end == text.data() + text.size();
}

std::string EscapePath(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

std::string UnescapePath(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      out += text[i] == 'n' ? '\n' : text[i];
    } else {
      out += text[i];
    }
  }
  return out;
}

// The text up to the next space; the rest stays in `*rest`.
std::string_view NextWord(std::string_view* rest) {
  const size_t space = rest->find(' ');
  const std::string_view word = rest->substr(0, space);
  *rest = space == std::string_view::npos ? std::string_view() : rest->substr(space + 1);
  return word;
}

bool TakeUint(std::string_view* rest, uint64_t* value) {
  const std::optional<uint64_t> number = base::ParseUint(NextWord(rest));
  if (number) *value = *number;
  return number.has_value();
}

bool ParseFile(std::string_view rest, FilePosition* file) {
  FileIdentity& id = file->identity;
  uint64_t complete = 0;
  if (!ParseHex16(NextWord(&rest), &id.family) || !TakeUint(&rest, &file->inode) ||
      !TakeUint(&rest, &id.head_length) || !ParseHex16(NextWord(&rest), &id.head_hash) ||
      !TakeUint(&rest, &id.generation) || !TakeUint(&rest, &file->offset) ||
      !TakeUint(&rest, &file->tail_length) || !ParseHex16(NextWord(&rest), &file->tail_hash) ||
      !TakeUint(&rest, &complete)) {
    return false;
  }
  file->complete = complete != 0;
  file->path = UnescapePath(rest);
  return !file->path.empty() && file->tail_length <= file->offset;
}

// Version 1: DEVICE INODE HEAD-LENGTH HEAD-HASH GENERATION OFFSET PATH. Its sources had other
// names, so its generations mean nothing any more.
bool ParseFile1(std::string_view rest, FilePosition* file) {
  FileIdentity& id = file->identity;
  uint64_t unused = 0;
  if (!TakeUint(&rest, &unused) || !TakeUint(&rest, &file->inode) ||
      !TakeUint(&rest, &id.head_length) || !ParseHex16(NextWord(&rest), &id.head_hash) ||
      !TakeUint(&rest, &unused) || !TakeUint(&rest, &file->offset)) {
    return false;
  }
  file->path = UnescapePath(rest);
  id.family = base::Hash64(FamilyOf(file->path));
  return !file->path.empty();
}

base::Status BadLine(size_t number, std::string_view what) {
  return base::DataLoss(base::Concat({"positions line ", std::to_string(number), ": ", what}));
}

}  // namespace

std::string FileIdentity::Source(uint64_t machine) const {
  std::string source =
      base::Concat({"file:", Hex16(machine), ":", Hex16(family), ":", Hex16(head_hash)});
  if (generation != 0) source += ":" + std::to_string(generation);
  return source;
}

std::string EncodePositions(const Positions& positions) {
  std::string out(kPositionsMagic);
  out += '\n';
  if (!positions.journal_cursor.empty()) out += "journal " + positions.journal_cursor + "\n";
  if (positions.scanned_ns != 0) out += "scanned " + std::to_string(positions.scanned_ns) + "\n";
  for (const FilePosition& file : positions.files) {
    const FileIdentity& id = file.identity;
    out += base::Concat({"file ",
                         Hex16(id.family),
                         " ",
                         std::to_string(file.inode),
                         " ",
                         std::to_string(id.head_length),
                         " ",
                         Hex16(id.head_hash),
                         " ",
                         std::to_string(id.generation),
                         " ",
                         std::to_string(file.offset),
                         " ",
                         std::to_string(file.tail_length),
                         " ",
                         Hex16(file.tail_hash),
                         " ",
                         file.complete ? "1 " : "0 ",
                         EscapePath(file.path),
                         "\n"});
  }
  const std::string checksum = Hex16(base::Hash64(out));
  out += "checksum " + checksum + "\n";
  return out;
}

base::StatusOr<Positions> DecodePositions(std::string_view text) {
  const size_t checksum_at = text.rfind("checksum ");
  uint64_t checksum = 0;
  if (checksum_at == std::string_view::npos || text.empty() || text.back() != '\n' ||
      !ParseHex16(text.substr(checksum_at + 9, text.size() - checksum_at - 10), &checksum) ||
      checksum != base::Hash64(text.substr(0, checksum_at))) {
    return base::DataLoss("positions: checksum does not hold");
  }
  Positions positions;
  const std::vector<std::string_view> lines = base::Split(text.substr(0, checksum_at), '\n');
  const bool version1 = lines[0] == kPositionsMagic1;
  if (lines[0] != kPositionsMagic && !version1) {
    return base::InvalidArgument(
        base::Concat({"positions: found ", base::GoQuote(lines[0]), ", this version reads ",
                      base::GoQuote(kPositionsMagic)}));
  }
  for (size_t i = 1; i < lines.size(); ++i) {
    std::string_view rest = lines[i];
    const std::string_view kind = NextWord(&rest);
    if (kind == "journal") {
      positions.journal_cursor = rest;
    } else if (kind == "scanned") {
      const std::optional<int64_t> nanos = base::ParseInt(rest);
      if (!nanos || *nanos < 0) return BadLine(i + 1, "not a time");
      positions.scanned_ns = *nanos;
    } else if (kind == "file") {
      FilePosition file;
      if (!(version1 ? ParseFile1(rest, &file) : ParseFile(rest, &file)))
        return BadLine(i + 1, "not a file's position");
      positions.files.push_back(std::move(file));
    } else if (!kind.empty()) {
      return BadLine(i + 1, "unknown item");
    }
  }
  return positions;
}

Checkpoint::Checkpoint(base::FileSystem* fs, base::Clock* clock, base::Logger* logger,
                       std::string path)
    : fs_(fs), clock_(clock), logger_(logger), path_(std::move(path)) {}

base::StatusOr<std::unique_ptr<Checkpoint>> Checkpoint::Open(base::FileSystem* fs,
                                                             base::Clock* clock,
                                                             base::Logger* logger,
                                                             const std::string& folder) {
  VEDETTE_RETURN_IF_ERROR(fs->CreateDirs(folder));
  std::unique_ptr<Checkpoint> checkpoint(
      new Checkpoint(fs, clock, logger, base::JoinPath(folder, "positions")));
  const base::StatusOr<std::string> text = fs->ReadFile(checkpoint->path_);
  if (!text.ok()) {
    if (absl::IsNotFound(text.status())) return checkpoint;
    return base::Annotate(text.status(), "positions");
  }
  base::StatusOr<Positions> positions = DecodePositions(*text);
  base::MutexLock lock(checkpoint->mutex_);
  if (positions.ok()) {
    checkpoint->positions_ = *std::move(positions);
    return checkpoint;
  }
  // A newer version's file is nobody's to throw away.
  if (absl::IsInvalidArgument(positions.status())) return positions.status();
  const std::string broken = checkpoint->path_ + ".broken";
  logger->Error("positions do not check, reading begins anew",
                {{"error", base::Message(positions.status())}, {"kept_as", broken}});
  VEDETTE_RETURN_IF_ERROR(fs->Rename(checkpoint->path_, broken));
  return checkpoint;
}

Positions Checkpoint::Get() const {
  base::MutexLock lock(mutex_);
  return positions_;
}

void Checkpoint::SetJournal(const std::string& cursor) {
  base::MutexLock lock(mutex_);
  if (positions_.journal_cursor == cursor) return;
  positions_.journal_cursor = cursor;
  Changed();
}

void Checkpoint::SetFiles(std::vector<FilePosition> files, int64_t scanned_ns) {
  base::MutexLock lock(mutex_);
  const bool same = positions_.files == files;
  positions_.scanned_ns = scanned_ns;
  // A clock that was stepped back counts as well.
  const int64_t later = scanned_ns - written_scanned_ns_;
  if (same && later >= 0 && later < kWriteScannedEveryNs) return;
  positions_.files = std::move(files);
  Changed();
}

void Checkpoint::Changed() {
  dirty_ = true;
  const int64_t pace = failing_ ? kRetryEveryNs : kWriteEveryNs;
  if (clock_->MonotonicNanos() - written_mono_ns_ >= pace) Write();
}

void Checkpoint::Flush(bool last) {
  base::MutexLock lock(mutex_);
  const int64_t since = clock_->MonotonicNanos() - written_mono_ns_;
  if (dirty_ && (last || !failing_ || since >= kRetryEveryNs)) Write();
}

void Checkpoint::Write() {
  written_mono_ns_ = clock_->MonotonicNanos();
  const base::Status status = fs_->WriteFileAtomic(path_, EncodePositions(positions_));
  dirty_ = !status.ok();
  if (status.ok()) written_scanned_ns_ = positions_.scanned_ns;
  // Shipping goes on: after a restart the collector's marks skip what it already has.
  if (!status.ok() && !failing_) {
    logger_->Error("cannot write positions, shipping goes on without",
                   {{"error", base::Message(status)}});
  } else if (status.ok() && failing_) {
    logger_->Info("positions can be written again");
  }
  failing_ = !status.ok();
}

}  // namespace vedette::shipper

#include "shipper/shipper.h"

#include <pthread.h>

#include <utility>

#include "base/codec/bytes.h"
#include "base/strings.h"

namespace vedette::shipper {

Shipper::Shipper(const Options& options)
    : options_(options),
      client_(base::http::NewClient(options.tls)),
      dead_letters_(options.fs, options.clock, options.state_dir),
      journal_sender_(SenderOptions(), "journal"),
      file_sender_(SenderOptions(), "file") {}

Shipper::~Shipper() { Stop(); }

base::StatusOr<std::unique_ptr<Shipper>> Shipper::Start(const Options& options) {
  VEDETTE_RETURN_IF_ERROR(
      base::Annotate(options.fs->CreateDirs(options.state_dir), "state folder"));
  std::unique_ptr<Shipper> shipper(new Shipper(options));
  VEDETTE_ASSIGN_OR_RETURN(shipper->lock_,
                           options.fs->Lock(base::JoinPath(options.state_dir, "lock")));
  VEDETTE_ASSIGN_OR_RETURN(
      shipper->checkpoint_,
      Checkpoint::Open(options.fs, options.clock, options.logger, options.state_dir));
  if (options.journal) shipper->MakeJournalSource();
  if (!options.file_patterns.empty()) shipper->MakeFileSource();
  const auto run = [&](const char* name, auto* source) {
    if (source == nullptr) return;
    shipper->threads_.emplace_back([source](std::stop_token stop) { source->Run(stop); });
    pthread_setname_np(shipper->threads_.back().native_handle(), name);
  };
  run("ship-journal", shipper->journal_.get());
  run("ship-files", shipper->files_.get());
  return shipper;
}

void Shipper::Stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();  // joins
  if (checkpoint_) checkpoint_->Flush(true);
}

Sender::Options Shipper::SenderOptions() {
  Sender::Options sender;
  sender.url = options_.url;
  sender.token_file = options_.token_file;
  sender.basic_auth_user = options_.basic_auth_user;
  sender.basic_auth_password_file = options_.basic_auth_password_file;
  sender.client = client_.get();
  sender.fs = options_.fs;
  sender.clock = options_.clock;
  sender.logger = options_.logger;
  sender.telemetry = options_.telemetry;
  sender.dead_letters = &dead_letters_;
  return sender;
}

// Two machines with the same file (one cloned from the other) must not share a source, nor may one
// that was renamed lose its own for another's.
uint64_t Shipper::MachineHash() const {
  const auto id = options_.fs->ReadFile(options_.machine_id_file);
  return base::Hash64(
      base::Concat({id.ok() ? base::Trim(*id) : std::string_view(), "\n", options_.host}));
}

void Shipper::MakeJournalSource() {
  JournalSource::Options journal;
  journal.open = [directory = options_.journal_directory] { return OpenJournal(directory); };
  journal.host = options_.host;
  journal.zone = options_.zone;
  journal.sender = &journal_sender_;
  journal.checkpoint = checkpoint_.get();
  journal.clock = options_.clock;
  journal.logger = options_.logger;
  journal.telemetry = options_.telemetry;
  journal_ = std::make_unique<JournalSource>(std::move(journal));
}

void Shipper::MakeFileSource() {
  FileSource::Options files;
  files.patterns = options_.file_patterns;
  files.host = options_.host;
  files.machine = MachineHash();
  files.zone = options_.zone;
  files.sender = &file_sender_;
  files.checkpoint = checkpoint_.get();
  files.fs = options_.fs;
  files.clock = options_.clock;
  files.logger = options_.logger;
  files_ = std::make_unique<FileSource>(std::move(files));
}

}  // namespace vedette::shipper

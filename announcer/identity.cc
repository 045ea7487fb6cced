#include "announcer/identity.h"

#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/strings.h"
#include "model/announcement.h"

namespace vedette::announcer {
namespace {

constexpr std::string_view kMagicName = "vedette-agent-id ";
constexpr std::string_view kVersion = "1";

struct IdentityFile {
  Identity identity;
  std::string machine;
};

base::Status WrongForm() { return base::DataLoss("not of the form that agents write"); }

base::StatusOr<IdentityFile> DecodeIdentity(std::string_view text) {
  const std::vector<std::string_view> lines = base::Split(text, '\n');
  if (!base::StartsWith(lines[0], kMagicName)) return WrongForm();
  if (const std::string_view version = lines[0].substr(kMagicName.size()); version != kVersion) {
    if (!base::ParseUint(version)) return WrongForm();
    return base::InvalidArgument(
        base::Concat({"found version ", version, ", this program reads ", kVersion}));
  }
  if (lines.size() != 5 || !base::StartsWith(lines[1], "id ") ||
      !base::StartsWith(lines[2], "key ") || !base::StartsWith(lines[3], "machine ")) {
    return WrongForm();
  }
  IdentityFile file;
  file.identity.id = lines[1].substr(3);
  file.identity.key = base::Secret(std::string(lines[2].substr(4)));
  file.machine = lines[3].substr(8);
  if (!lines[4].empty() || !base::IsHex(file.identity.id, model::Announcement::kIdDigits) ||
      !base::IsHex(file.identity.key.Reveal(), model::Announcement::kKeyDigits)) {
    return WrongForm();
  }
  return file;
}

std::string EncodeIdentity(const IdentityFile& file) {
  return base::Concat({kMagicName, kVersion, "\nid ", file.identity.id, "\nkey ",
                       file.identity.key.Reveal(), "\nmachine ", file.machine, "\n"});
}

base::StatusOr<IdentityFile> ReadIdentity(base::FileSystem* fs, const std::string& path) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string text, fs->ReadFile(path));
  auto file = DecodeIdentity(text);
  if (!file.ok()) return base::Annotate(file.status(), path);
  return file;
}

base::StatusOr<Identity> MakeIdentity(base::FileSystem* fs, const std::string& path,
                                      const std::string& machine) {
  IdentityFile file;
  file.identity.id = base::RandomHex(model::Announcement::kIdDigits / 2);
  file.identity.key = base::Secret(base::RandomHex(model::Announcement::kKeyDigits / 2));
  file.machine = machine;
  VEDETTE_RETURN_IF_ERROR(fs->WriteFileAtomic(path, EncodeIdentity(file)));
  return file.identity;
}

}  // namespace

base::StatusOr<Identity> LoadIdentity(base::FileSystem* fs, const std::string& folder) {
  VEDETTE_ASSIGN_OR_RETURN(IdentityFile file,
                           ReadIdentity(fs, base::JoinPath(folder, kIdentityFile)));
  return std::move(file.identity);
}

base::StatusOr<Identity> LoadOrMakeIdentity(base::FileSystem* fs, base::Logger* logger,
                                            const std::string& folder,
                                            std::string_view machine_id) {
  VEDETTE_RETURN_IF_ERROR(fs->CreateDirs(folder));
  const std::string path = base::JoinPath(folder, kIdentityFile);
  const std::string machine = base::Sha256Hex(base::Trim(machine_id));
  auto file = ReadIdentity(fs, path);
  if (file.ok() && file->machine == machine) return std::move(file->identity);
  if (file.ok()) {
    logger->Warn("the state folder was another machine's: this one gets an id of its own",
                 {{"path", path}});
  } else if (absl::IsDataLoss(file.status())) {
    logger->Error("the agent's id cannot be read, it gets a new one",
                  {{"error", base::Message(file.status())}, {"kept_as", path + ".broken"}});
    VEDETTE_RETURN_IF_ERROR(fs->Rename(path, path + ".broken"));
  } else if (!absl::IsNotFound(file.status())) {
    return file.status();
  }
  return MakeIdentity(fs, path, machine);
}

}  // namespace vedette::announcer

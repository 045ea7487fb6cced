#include "tests/exporters/redis/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "base/strings.h"

extern char** environ;

namespace vedette::exporters::redis {

Process::Process(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  for (const int fd : {1, 2}) {
    ::posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
  }
  if (::posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ) != 0) pid_ = -1;
  ::posix_spawn_file_actions_destroy(&actions);
}

Process::~Process() { End(SIGTERM); }

void Process::Kill() { End(SIGKILL); }

int Process::Wait() {
  int status = 0;
  const bool ended = pid_ > 0 && ::waitpid(pid_, &status, 0) == pid_;
  pid_ = -1;
  return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

double Process::CpuSeconds() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto words = base::Split(std::string_view(text).substr(text.rfind(") ") + 2), ' ');
  const double ticks =
      base::ParseDouble(words.at(11)).value_or(0) + base::ParseDouble(words.at(12)).value_or(0);
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void Process::End(int signal) {
  if (pid_ <= 0) return;
  ::kill(pid_, signal);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

bool IsInstalled(const std::string& program) {
  const char* path = std::getenv("PATH");
  if (path == nullptr) return false;
  for (const std::string_view folder : base::Split(path, ':')) {
    if (::access(base::Concat({folder, "/", program}).c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace vedette::exporters::redis

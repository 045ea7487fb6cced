#ifndef VEDETTE_TESTS_EXPORTERS_NODE_PEER_H_
#define VEDETTE_TESTS_EXPORTERS_NODE_PEER_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace vedette::exporters::node {

// A program run for a test; ended when the test is done. Its output goes nowhere.
class ChildProcess {
 public:
  explicit ChildProcess(const std::vector<std::string>& arguments);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

 private:
  pid_t pid_ = -1;
};

// A plain HTTP/1.0 exchange with HOST:PORT; the whole answer with its head, or empty. Tries for up
// to 20 s when `wait` is set: the server may still be starting.
std::string Exchange(const std::string& host, uint16_t port, const std::string& request, bool wait);

// The body of GET `target`, or empty unless the status is 200.
std::string HttpGet(const std::string& host, uint16_t port, const std::string& target,
                    bool wait = false);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_TESTS_EXPORTERS_NODE_PEER_H_

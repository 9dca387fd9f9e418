#include "support/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace ll {
namespace {

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { close(); }
  Fd(const Fd&) = delete;
  int get() const { return fd_; }
  bool close() {
    if (fd_ <= 2) return true;
    int fd = fd_;
    fd_ = -1;
    return ::close(fd) == 0;
  }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

bool fail(std::string& error) {
  error = std::strerror(errno);
  return false;
}

}  // namespace

std::optional<std::string> read_file(const std::string& path, std::string& error) {
  Fd fd(path == "-" ? 0 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (fd.get() < 0 || ::fstat(fd.get(), &info) != 0) return fail(error), std::nullopt;
  if (S_ISDIR(info.st_mode)) {
    error = "it is a directory";
    return std::nullopt;
  }
  std::string text;
  size_t used = 0;
  text.resize(S_ISREG(info.st_mode) ? static_cast<size_t>(info.st_size) + 1 : 1 << 16);
  for (;;) {
    if (used == text.size()) text.resize(text.size() * 2);
    ssize_t n = ::read(fd.get(), text.data() + used, text.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(error), std::nullopt;
    if (n == 0) break;
    used += static_cast<size_t>(n);
  }
  text.resize(used);
  return text;
}

bool write_file(const std::string& path, std::string_view bytes, bool executable,
                std::string& error) {
  if (path == "-") return write_all(1, bytes) || fail(error);
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    return (fd.get() >= 0 && write_all(fd.get(), bytes) && fd.close()) || fail(error);
  }
  std::string temporary = path + ".tmp" + std::to_string(::getpid());
  Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
               executable ? 0777 : 0666));
  if (fd.get() < 0) return fail(error);
  if (write_all(fd.get(), bytes) && fd.close() && ::rename(temporary.c_str(), path.c_str()) == 0)
    return true;
  fail(error);
  ::unlink(temporary.c_str());
  return false;
}

}  // namespace ll

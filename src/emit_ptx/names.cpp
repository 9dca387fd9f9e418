#include "emit_ptx/names.h"

#include <fmt/format.h>

namespace ll::ptx {

std::string mangle(std::string_view name) {
  std::string out;
  for (char c : name) {
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    bool is_digit = c >= '0' && c <= '9';
    if (is_letter || (is_digit && !out.empty()) || (c == '_' && name.size() > 1)) out += c;
    else out += fmt::format("${:02x}", static_cast<unsigned char>(c));
  }
  // The one identifier that the assembler has taken (the number of threads in a warp).
  if (out == "WARP_SZ") out = "WARP$5fSZ";
  return out;
}

}  // namespace ll::ptx

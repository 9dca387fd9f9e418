// Whole-file reading and atomic writing. Errors come back as text without the file's name.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace ll {

// "-" is standard input. On failure returns nothing and sets `error`.
std::optional<std::string> read_file(const std::string& path, std::string& error);

// Writes a temporary file beside `path`, then renames it: readers see the old or the whole new
// content, and a full disk leaves nothing behind. "-" is standard output; devices are written
// in place. Sets `error` and returns false on failure.
bool write_file(const std::string& path, std::string_view bytes, bool executable,
                std::string& error);

}  // namespace ll

// Diagnostics for the user's errors. A stage reports into `Diags` and goes on as long as it can;
// its result says whether it failed. Rendering is separate (human text here, JSON in the driver).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/source.h"

namespace ll {

enum class Severity : uint8_t { Error, Warning, Note };

// One code per condition a user can be told about; codes.def is the single list.
enum class Code : uint16_t {
#define CODE(id, summary) id,
#include "support/codes.def"
#undef CODE
};
std::string_view code_name(Code code);  // "E0101"
std::string_view code_summary(Code code);

struct Note {
  Span span;  // may be invalid: text only
  std::string message;
};

struct Diag {
  Severity severity;
  Code code;
  Span span;  // may be invalid: no location
  std::string message;
  std::vector<Note> notes;
  std::string help;  // a fix, where one is known

  Diag& note(Span at, std::string text) {
    notes.push_back({at, std::move(text)});
    return *this;
  }
  Diag& suggest(std::string text) {
    help = std::move(text);
    return *this;
  }
};

class Diags {
 public:
  explicit Diags(SourceMap& sources) : sources_(sources) {}
  Diag& error(Code code, Span span, std::string message);
  Diag& warning(Code code, Span span, std::string message);
  bool has_errors() const { return errors_ > 0; }
  size_t error_count() const { return errors_; }
  const std::vector<Diag>& all() const { return all_; }
  SourceMap& sources() const { return sources_; }

 private:
  static constexpr size_t kMaxKept = 100;  // later ones are counted, not kept
  Diag& add(Severity severity, Code code, Span span, std::string message);
  SourceMap& sources_;
  std::vector<Diag> all_;
  Diag overflow_{};
  size_t errors_ = 0;
};

// "file:line:col: error[E0123]: message", the source line with a caret under the whole span,
// then notes and help, each line ended by a newline. Control characters are shown escaped.
std::string render(const Diag& diag, const SourceMap& sources, bool color);

}  // namespace ll
